//! What is said over the wire of roles that let in too many, and of claims that users write themselves.

use crate::identity_pools::{SIGNED_IN, ask, refused, succeeded};
use crate::support::{Answer, POOL, PROVIDER, Server, alices_login, form};
use api::audit::record_start;
use domain::iam::role::Role;
use domain::identity_pool::login::AuthState;
use domain::records::{Roles, UserPools};
use domain::user_pool::client::Client;
use serde_json::{Value, json};
use testkit::iam::{signed_in_role, trust};
use testkit::identity_pool::identity_pool_id;
use testkit::user_pool::client;

const AMR: &str = "cognito-identity.amazonaws.com:amr";
const BAD_CONFIGURATION: &str =
    "Invalid identity pool configuration. Check assigned IAM roles for this pool.";

fn add_amr() -> String {
    format!(
        "statement 0 of the trust policy of role `{SIGNED_IN}` does not tell guests from those who signed in: add the \
         condition \"ForAnyValue:StringLike\": {{\"{AMR}\": \"authenticated\"}} to it"
    )
}

/// The trust policy of the role for those who signed in, which does not say that it is for them.
fn stateless() -> String {
    let mut trust = trust(&identity_pool_id(), AuthState::Authenticated);
    trust["Statement"][0]["Condition"].as_object_mut().unwrap().remove("ForAnyValue:StringLike");
    trust.to_string()
}

async fn set_roles(server: &Server) -> Answer {
    let input = json!({ "IdentityPoolId": POOL, "Roles": { "authenticated": SIGNED_IN } });
    ask(server, "SetIdentityPoolRoles", input).await
}

async fn set_tag(server: &Server, claim: &str) -> Answer {
    let input = json!({ "IdentityPoolId": POOL, "IdentityProviderName": PROVIDER, "PrincipalTags": { "department": claim } });
    ask(server, "SetPrincipalTagAttributeMap", input).await
}

async fn update_trust(server: &Server, policy: &str) -> Answer {
    let parameters = [("RoleName", "signed-in"), ("PolicyDocument", policy)];
    server.signed(&server.root(), form("iam", "UpdateAssumeRolePolicy", &parameters)).await
}

#[track_caller]
fn malformed(answer: &Answer, message: &str) {
    assert_eq!((answer.status, answer.code().as_str()), (400, "MalformedPolicyDocument"));
    let said = answer.element("Message").unwrap().replace("&quot;", "\"").replace("&apos;", "'");
    assert_eq!(said, message);
}

fn last(server: &Server) -> Value {
    serde_json::from_str(&server.sink.lines().pop().unwrap()).unwrap()
}

#[tokio::test]
async fn a_role_that_lets_in_too_many_is_refused_wherever_it_would_be_handed_out() {
    let server = Server::start().await;
    let answer = update_trust(&server, &stateless()).await;
    malformed(&answer, &add_amr());
    let role = Role { trust: stateless(), ..signed_in_role() };
    server.write(|records| records.put_role(&role)).await;
    refused(&set_roles(&server).await, "InvalidParameterException", &add_amr());
    let input = json!({ "IdentityId": server.alices_id().await, "Logins": alices_login() });
    let answer = server.identity("GetCredentialsForIdentity", &input).await;
    refused(&answer, "InvalidIdentityPoolConfigurationException", BAD_CONFIGURATION);
    let reason = format!(
        "role `{SIGNED_IN}`: statement 0 of `trust policy of role signed-in` allows it, but its own conditions do not keep \
         out identities of the other state"
    );
    assert_eq!(last(&server)["additionalEventData"]["reason"], reason);
}

#[tokio::test]
async fn an_operator_may_take_such_roles_but_nobody_gets_credentials_by_them() {
    let mut server = Server::start().await;
    server.app.house.takes_unsafe_roles = true;
    assert_eq!(update_trust(&server, &stateless()).await.status, 200);
    succeeded(&set_roles(&server).await, "");
    let set = set_tag(&server, "name").await;
    assert_eq!(
        (set.status, set.json()),
        (
            200,
            json!({
                "IdentityPoolId": POOL,
                "IdentityProviderName": PROVIDER,
                "UseDefaults": false,
                "PrincipalTags": { "department": "name" },
            })
        )
    );
    let input = json!({ "IdentityId": server.alices_id().await, "Logins": alices_login() });
    let answer = server.identity("GetCredentialsForIdentity", &input).await;
    refused(&answer, "InvalidIdentityPoolConfigurationException", BAD_CONFIGURATION);
}

#[tokio::test]
async fn claims_become_no_tags_where_no_role_takes_them_or_where_users_write_them() {
    let server = Server::start().await;
    let message = format!(
        "pool `{POOL}` makes session tags of claims, and role `{SIGNED_IN}` takes none: add the action `sts:TagSession` to \
         the statement of its trust policy that lets the pool's identities in"
    );
    refused(&set_tag(&server, "custom:department").await, "InvalidParameterException", &message);
    let mut trusting = trust(&identity_pool_id(), AuthState::Authenticated);
    trusting["Statement"][0]["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    assert_eq!(update_trust(&server, &trusting.to_string()).await.status, 200);
    let written = |claim: &str| {
        format!(
            "users write the claim `{claim}` themselves through client `{}`, and so choose what follows from it: take it \
             out of the client's WriteAttributes, or map another claim",
            client().id
        )
    };
    refused(&set_tag(&server, "name").await, "InvalidParameterException", &written("name"));
    assert_eq!(set_tag(&server, "custom:department").await.status, 200);
    let answer =
        update_trust(&server, &trust(&identity_pool_id(), AuthState::Authenticated).to_string()).await;
    malformed(&answer, &message);
    let names: Vec<String> = vec!["custom:department".to_owned()];
    let careless = Client { write_attributes: Some(names.try_into().unwrap()), ..client() };
    server.write(|records| records.put_client(&careless)).await;
    let settings = json!({
        "IdentityPoolId": POOL,
        "IdentityPoolName": "x",
        "AllowUnauthenticatedIdentities": true,
        "CognitoIdentityProviders": [{ "ProviderName": PROVIDER, "ClientId": client().id }],
    });
    let answer = ask(&server, "UpdateIdentityPool", settings).await;
    refused(&answer, "InvalidParameterException", &written("custom:department"));
    let input = json!({ "IdentityId": server.alices_id().await, "Logins": alices_login() });
    let answer = server.identity("GetCredentialsForIdentity", &input).await;
    refused(&answer, "InvalidIdentityPoolConfigurationException", BAD_CONFIGURATION);
    assert_eq!(last(&server)["additionalEventData"]["reason"], written("custom:department"));
}

#[tokio::test]
async fn a_start_that_takes_unsafe_roles_is_on_record_or_is_none() {
    let server = Server::start().await;
    record_start(&server.app, "unsafe_roles", "what it means").await.unwrap();
    let record = last(&server);
    assert_eq!((&record["eventName"], &record["managementEvent"]), (&json!("StartServer"), &json!(true)));
    let details = json!({ "setting": "unsafe_roles", "reason": "what it means" });
    assert_eq!(record["additionalEventData"], details);
    server.sink.break_down();
    assert!(record_start(&server.app, "unsafe_roles", "what it means").await.is_err());
}
