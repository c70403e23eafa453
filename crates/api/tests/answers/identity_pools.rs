//! Identity pools over the wire: their life, their roles, their identities, and each no.

use crate::support::{Answer, Held, POOL, PROVIDER, RIGHT_POOL, Server, alices_login};
use api::removal;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, UserPoolProvider};
use domain::records::{IdentityPools, UserPools};
use domain::user_pool::user::User;
use serde_json::{Value, json};
use std::sync::Mutex;
use testkit::identity_pool::{identity_pool, provider};
use testkit::user_pool::{client, user};

const POOL_ARN: &str =
    "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:1234567890abcdef";
pub(crate) const GUEST: &str = "arn:aws:iam::123456789012:role/guest";
pub(crate) const SIGNED_IN: &str = "arn:aws:iam::123456789012:role/signed-in";

pub(crate) async fn ask(server: &Server, operation: &str, input: Value) -> Answer {
    server.identity_as(&server.root(), operation, &input).await
}

#[track_caller]
pub(crate) fn succeeded(answer: &Answer, body: &str) {
    assert_eq!((answer.status, answer.text()), (200, body));
}

#[track_caller]
pub(crate) fn refused(answer: &Answer, code: &str, message: &str) {
    assert_eq!((answer.code().as_str(), answer.member("/message").as_str()), (code, message));
    assert_eq!(answer.status, 400);
}

/// Everything that can be said of a pool.
fn everything() -> Value {
    json!({
        "IdentityPoolName": "full, of +it+",
        "AllowUnauthenticatedIdentities": false,
        "AllowClassicFlow": true,
        "SupportedLoginProviders": { "graph.facebook.com": "7346241598935552" },
        "DeveloperProviderName": "login.example",
        "OpenIdConnectProviderARNs": ["arn:aws:iam::123456789012:oidc-provider/a.example"],
        "CognitoIdentityProviders": [
            { "ProviderName": PROVIDER, "ClientId": "not_there_yet", "ServerSideTokenCheck": false },
            { "ProviderName": PROVIDER, "ClientId": client().id },
        ],
        "SamlProviderARNs": ["arn:aws:iam::123456789012:saml-provider/idp"],
        "IdentityPoolTags": {},
    })
}

fn with(mut input: Value, member: &str, value: Value) -> Value {
    input[member] = value;
    input
}

#[tokio::test]
async fn a_pool_shows_what_was_set_and_nothing_else() {
    let server = Server::start().await;
    let bare = json!({ "IdentityPoolName": "bare", "AllowUnauthenticatedIdentities": true });
    let made = ask(&server, "CreateIdentityPool", bare).await;
    let id = made.member("/IdentityPoolId");
    succeeded(
        &made,
        &format!(
            r#"{{"IdentityPoolId":"{id}","IdentityPoolName":"bare","AllowUnauthenticatedIdentities":true,"IdentityPoolTags":{{}}}}"#
        ),
    );
    assert!(IdentityPoolId::parse(&id).is_ok() && id.starts_with("us-east-1:") && id.len() == 46, "{id}");

    let made = ask(&server, "CreateIdentityPool", everything()).await;
    let id = made.member("/IdentityPoolId");
    let client = client().id;
    let whole = format!(
        r#"{{"IdentityPoolId":"{id}","IdentityPoolName":"full, of +it+","AllowUnauthenticatedIdentities":false,"AllowClassicFlow":true,"SupportedLoginProviders":{{"graph.facebook.com":"7346241598935552"}},"DeveloperProviderName":"login.example","OpenIdConnectProviderARNs":["arn:aws:iam::123456789012:oidc-provider/a.example"],"CognitoIdentityProviders":[{{"ProviderName":"{PROVIDER}","ClientId":"not_there_yet","ServerSideTokenCheck":false}},{{"ProviderName":"{PROVIDER}","ClientId":"{client}"}}],"SamlProviderARNs":["arn:aws:iam::123456789012:saml-provider/idp"],"IdentityPoolTags":{{}}}}"#
    );
    succeeded(&made, &whole);
    succeeded(&ask(&server, "DescribeIdentityPool", json!({ "IdentityPoolId": id })).await, &whole);
}

#[tokio::test]
async fn an_update_replaces_all_that_was_set_but_the_developer_provider() {
    let server = Server::start().await;
    let id = ask(&server, "CreateIdentityPool", everything()).await.member("/IdentityPoolId");
    let bare =
        json!({ "IdentityPoolId": id, "IdentityPoolName": "new", "AllowUnauthenticatedIdentities": true });
    let updated = ask(&server, "UpdateIdentityPool", bare.clone()).await;
    succeeded(
        &updated,
        &format!(
            r#"{{"IdentityPoolId":"{id}","IdentityPoolName":"new","AllowUnauthenticatedIdentities":true,"DeveloperProviderName":"login.example","IdentityPoolTags":{{}}}}"#
        ),
    );
    let other = with(bare, "DeveloperProviderName", json!("login.other"));
    refused(
        &ask(&server, "UpdateIdentityPool", other).await,
        "InvalidParameterException",
        "the developer provider of an identity pool cannot be changed once it is set",
    );
    let found = ask(&server, "DescribeIdentityPool", json!({ "IdentityPoolId": id })).await;
    assert_eq!(found.text(), updated.text());
}

#[tokio::test]
async fn an_update_leaves_the_roles_and_counts_for_the_next_login() {
    let server = Server::start().await;
    let closed =
        json!({ "IdentityPoolId": POOL, "IdentityPoolName": "app", "AllowUnauthenticatedIdentities": false });
    assert_eq!(ask(&server, "UpdateIdentityPool", closed).await.status, 200);
    let roles = ask(&server, "GetIdentityPoolRoles", json!({ "IdentityPoolId": POOL })).await;
    assert_eq!(roles.member("/Roles/authenticated"), SIGNED_IN);
    let guest = server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await;
    refused(
        &guest,
        "NotAuthorizedException",
        "Unauthenticated access is not supported for this identity pool.",
    );
    let login = server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": alices_login() })).await;
    assert_eq!(login.code(), "NotAuthorizedException", "its client is not listed any more");
}

#[tokio::test]
async fn a_deleted_pool_is_gone_with_its_identities() {
    let server = Server::start().await;
    let id = server.alices_id().await;
    let deleted = ask(&server, "DeleteIdentityPool", json!({ "IdentityPoolId": POOL })).await;
    succeeded(&deleted, "");
    let gone = format!("IdentityPool '{POOL}' not found.");
    let settings = json!({ "IdentityPoolId": POOL, "IdentityPoolName": "x", "AllowUnauthenticatedIdentities": true, "MaxResults": 1, "Roles": {} });
    for operation in [
        "DeleteIdentityPool",
        "DescribeIdentityPool",
        "GetIdentityPoolRoles",
        "ListIdentities",
        "SetIdentityPoolRoles",
        "UpdateIdentityPool",
    ] {
        refused(&ask(&server, operation, settings.clone()).await, "ResourceNotFoundException", &gone);
    }
    let gone = format!("Identity '{id}' not found.");
    for answer in [
        ask(&server, "DescribeIdentity", json!({ "IdentityId": id })).await,
        server
            .identity("GetCredentialsForIdentity", &json!({ "IdentityId": id, "Logins": alices_login() }))
            .await,
    ] {
        refused(&answer, "ResourceNotFoundException", &gone);
    }
}

#[tokio::test]
async fn what_a_stop_has_left_of_deleted_pools_is_removed_at_the_next_start() {
    let server = Server::start().await;
    server.alices_id().await;
    let left = async || {
        let (of_pool, deleted) = (Mutex::default(), Mutex::default());
        server
            .write(|records| {
                *of_pool.lock().unwrap() = records.identities(&identity_pool().id, None, 10).unwrap().len();
                *deleted.lock().unwrap() = records.deleted_identity_pools(10).unwrap().len();
            })
            .await;
        (of_pool.into_inner().unwrap(), deleted.into_inner().unwrap())
    };
    assert_eq!(left().await, (1, 0));
    server.write(|records| records.delete_identity_pool(&identity_pool().id)).await;
    assert_eq!(left().await, (1, 1));
    removal::finish(&server.app).await.unwrap();
    assert_eq!(left().await, (0, 0));
}

#[tokio::test]
async fn roles_are_shown_as_they_were_set_and_replaced_as_a_whole() {
    let server = Server::start().await;
    let bare = json!({ "IdentityPoolName": "bare", "AllowUnauthenticatedIdentities": true });
    let id = ask(&server, "CreateIdentityPool", bare).await.member("/IdentityPoolId");
    let set = async |roles: Value| {
        let input = json!({ "IdentityPoolId": id, "Roles": roles, "RoleMappings": {} });
        ask(&server, "SetIdentityPoolRoles", input).await
    };
    let shown = async || ask(&server, "GetIdentityPoolRoles", json!({ "IdentityPoolId": id })).await;
    succeeded(&shown().await, &format!(r#"{{"IdentityPoolId":"{id}"}}"#));
    for roles in [
        json!({ "authenticated": SIGNED_IN, "unauthenticated": GUEST }),
        json!({ "unauthenticated": SIGNED_IN }),
        json!({ "authenticated": GUEST }),
    ] {
        succeeded(&set(roles.clone()).await, "");
        succeeded(&shown().await, &format!(r#"{{"IdentityPoolId":"{id}","Roles":{roles}}}"#));
    }
    succeeded(&set(json!({})).await, "");
    succeeded(&shown().await, &format!(r#"{{"IdentityPoolId":"{id}"}}"#));
}

#[tokio::test]
async fn a_role_that_is_not_there_is_refused_as_one_that_may_not_be_passed() {
    let server = Server::start().await;
    let setting =
        json!({ "Effect": "Allow", "Action": "cognito-identity:SetIdentityPoolRoles", "Resource": "*" });
    let passing = |resource: &str, service: &str| {
        json!([setting, {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": resource,
            "Condition": { "StringEquals": { "iam:PassedToService": service } },
        }])
    };
    let set = async |held: &Held, role: &str| {
        let input = json!({ "IdentityPoolId": POOL, "Roles": { "authenticated": SIGNED_IN, "unauthenticated": role } });
        server.identity_as(held, "SetIdentityPoolRoles", &input).await
    };
    let may = server
        .in_role_with(passing("arn:aws:iam::123456789012:role/*", "cognito-identity.amazonaws.com"))
        .await;
    assert_eq!(set(&may, GUEST).await.status, 200);
    let record: Value = serde_json::from_str(&server.app.audit.recent().pop().unwrap()).unwrap();
    assert_eq!(record["additionalEventData"]["action"], "cognito-identity:SetIdentityPoolRoles");
    assert_eq!(
        record["requestParameters"]["roles"],
        json!({ "authenticated": SIGNED_IN, "unauthenticated": GUEST })
    );
    for absent in [
        "arn:aws:iam::123456789012:role/absent",
        "arn:aws:iam::999999999999:role/guest",
        "arn:aws:iam::123456789012:role/team/guest",
    ] {
        let message = format!("Access to Role '{absent}' is forbidden.");
        for held in [&may, &server.root()] {
            refused(&set(held, absent).await, "NotAuthorizedException", &message);
        }
    }
    let forbidden = format!("Access to Role '{GUEST}' is forbidden.");
    for statements in [
        json!([setting, { "Effect": "Allow", "Action": "iam:PassRole", "Resource": SIGNED_IN }]),
        passing(SIGNED_IN, "cognito-identity.amazonaws.com"),
    ] {
        let only_one = server.in_role_with(statements).await;
        refused(&set(&only_one, GUEST).await, "NotAuthorizedException", &forbidden);
    }
    let forbidden = format!("Access to Role '{SIGNED_IN}' is forbidden.");
    for statements in [json!([setting]), passing("*", "ec2.amazonaws.com")] {
        let nobody = server.in_role_with(statements).await;
        refused(&set(&nobody, GUEST).await, "NotAuthorizedException", &forbidden);
    }
    let record = server.app.audit.recent().pop().unwrap();
    let record: Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["additionalEventData"]["decision"], "denied");
    assert_eq!(record["additionalEventData"]["action"], "iam:PassRole");
    assert_eq!(record["additionalEventData"]["resource"], SIGNED_IN);
    assert_eq!(record["requestParameters"]["identityPoolId"], POOL);
}

#[tokio::test]
async fn pools_are_listed_page_by_page() {
    let server = Server::start().await;
    let all = ask(&server, "ListIdentityPools", json!({ "MaxResults": 60 })).await;
    succeeded(
        &all,
        r#"{"IdentityPools":[{"IdentityPoolId":"us-east-1:1234567890abcdef","IdentityPoolName":"app"},{"IdentityPoolId":"us-east-1:abcdef","IdentityPoolName":"app"},{"IdentityPoolId":"us-east-1:fedcba","IdentityPoolName":"app"}]}"#,
    );
    let found = paged(&server, "ListIdentityPools", json!({ "MaxResults": 2 }), "IdentityPools").await;
    assert_eq!(found, *all.json()["IdentityPools"].as_array().unwrap());
}

/// What a listing finds, all its pages together.
async fn paged(server: &Server, operation: &str, mut input: Value, member: &str) -> Vec<Value> {
    let mut found = Vec::new();
    loop {
        let page = ask(server, operation, input.clone()).await.json();
        let entries = page[member].as_array().unwrap();
        assert!(entries.len() <= 2 && !entries.is_empty(), "{page}");
        found.extend(entries.clone());
        match page.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => return found,
        }
    }
}

#[tokio::test]
async fn identities_are_listed_and_described_by_the_names_of_their_providers() {
    let server = Server::start().await;
    let (id, guest) =
        (server.alices_id().await, server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await);
    let guest = guest.member("/IdentityId");
    let dates = r#""CreationDate":1767323045,"LastModifiedDate":1767323045"#;
    let mut shown = [
        format!(r#"{{"IdentityId":"{id}","Logins":["{PROVIDER}"],{dates}}}"#),
        format!(r#"{{"IdentityId":"{guest}","Logins":[],{dates}}}"#),
    ];
    succeeded(&ask(&server, "DescribeIdentity", json!({ "IdentityId": id })).await, &shown[0]);
    succeeded(&ask(&server, "DescribeIdentity", json!({ "IdentityId": guest })).await, &shown[1]);
    shown.sort();
    let all = format!(r#"{{"IdentityPoolId":"{POOL}","Identities":[{}]}}"#, shown.join(","));
    for hide in [json!(true), json!(false), Value::Null] {
        let input = json!({ "IdentityPoolId": POOL, "MaxResults": 60, "HideDisabled": hide });
        succeeded(&ask(&server, "ListIdentities", input).await, &all);
    }
    for _ in 0..3 {
        server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await;
    }
    let input = json!({ "IdentityPoolId": POOL, "MaxResults": 2 });
    assert_eq!(paged(&server, "ListIdentities", input, "Identities").await.len(), 5);
    let unknown = ask(&server, "DescribeIdentity", json!({ "IdentityId": "us-east-1:0" })).await;
    refused(&unknown, "ResourceNotFoundException", "Identity 'us-east-1:0' not found.");
}

#[tokio::test]
async fn a_token_that_was_made_up_goes_on_nowhere() {
    let server = Server::start().await;
    // The second and third are what a token might be, of something that is no id.
    for token in ["made_up", "YWJj", "dXMtZWFzdC0xOlhZWg", "!"] {
        for operation in ["ListIdentityPools", "ListIdentities"] {
            let input = json!({ "IdentityPoolId": POOL, "MaxResults": 1, "NextToken": token });
            let answer = ask(&server, operation, input).await;
            refused(&answer, "InvalidParameterException", "Invalid NextToken.");
        }
    }
}

#[tokio::test]
async fn ids_of_another_region_are_found_nowhere() {
    let server = Server::start().await;
    let (pool, identity) =
        (POOL.replace("us-east-1", "eu-west-1"), server.alices_id().await.replace("us-east-1", "eu-west-1"));
    let input = json!({ "IdentityPoolId": pool, "IdentityId": identity, "MaxResults": 1, "Roles": {}, "IdentityPoolName": "x", "AllowUnauthenticatedIdentities": true });
    for operation in [
        "DescribeIdentityPool",
        "GetIdentityPoolRoles",
        "ListIdentities",
        "SetIdentityPoolRoles",
        "UpdateIdentityPool",
        "DeleteIdentityPool",
        "GetId",
    ] {
        refused(
            &ask(&server, operation, input.clone()).await,
            "ResourceNotFoundException",
            &format!("IdentityPool '{pool}' not found."),
        );
    }
    for operation in ["DescribeIdentity", "GetCredentialsForIdentity"] {
        refused(
            &ask(&server, operation, input.clone()).await,
            "ResourceNotFoundException",
            &format!("Identity '{identity}' not found."),
        );
    }
}

#[tokio::test]
async fn a_policy_for_one_pool_opens_no_other() {
    let server = Server::start().await;
    let held = server
        .in_role_with(json!([{ "Effect": "Allow", "Action": "cognito-identity:*", "Resource": POOL_ARN }]))
        .await;
    let settings = |pool: &str| json!({ "IdentityPoolId": pool, "IdentityPoolName": "x", "AllowUnauthenticatedIdentities": true, "MaxResults": 1 });
    for operation in [
        "DescribeIdentityPool",
        "GetIdentityPoolRoles",
        "ListIdentities",
        "UpdateIdentityPool",
        "DeleteIdentityPool",
    ] {
        let other = server.identity_as(&held, operation, &settings(RIGHT_POOL)).await;
        let caller = "User: arn:aws:sts::123456789012:assumed-role/right/CognitoIdentityCredentials";
        let message = format!(
            "{caller} is not authorized to perform: cognito-identity:{operation} on resource: \
             arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{RIGHT_POOL} because no identity-based \
             policy allows the cognito-identity:{operation} action"
        );
        refused(&other, "AccessDeniedException", &message);
        assert_eq!(server.identity_as(&held, operation, &settings(POOL)).await.status, 200, "{operation}");
    }
    // These are about no pool in particular.
    for operation in ["CreateIdentityPool", "ListIdentityPools", "SetIdentityPoolRoles"] {
        let input = with(settings(POOL), "Roles", json!({}));
        assert_eq!(
            server.identity_as(&held, operation, &input).await.code(),
            "AccessDeniedException",
            "{operation}"
        );
    }
}

#[tokio::test]
async fn identities_are_opened_by_the_condition_key_of_their_pool() {
    let server = Server::start().await;
    let describing = |pool: &str| {
        json!([{
            "Effect": "Allow",
            "Action": "cognito-identity:DescribeIdentity",
            "Resource": "*",
            "Condition": { "StringEquals": { "cognito-identity:IdentityPoolArn": pool } },
        }])
    };
    let id = server.alices_id().await;
    let describe = async |held: &Held, id: &str| {
        server.identity_as(held, "DescribeIdentity", &json!({ "IdentityId": id })).await
    };
    let held = server.in_role_with(describing(POOL_ARN)).await;
    assert_eq!(describe(&held, &id).await.status, 200);
    assert_eq!(
        describe(&held, "us-east-1:0").await.code(),
        "AccessDeniedException",
        "who is there is not told"
    );
    let held = server.in_role_with(describing(&POOL_ARN.replace("1234567890", "0"))).await;
    assert_eq!(describe(&held, &id).await.code(), "AccessDeniedException");
    let record: Value = serde_json::from_str(&server.app.audit.recent().pop().unwrap()).unwrap();
    let keys = &record["additionalEventData"]["conditionKeys"];
    assert_eq!(keys["cognito-identity:IdentityPoolArn"], POOL_ARN);
}

#[tokio::test]
async fn what_a_pool_cannot_list_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let listed = |name: &str| json!([{ "ProviderName": name, "ClientId": "a" }]);
    let many: Vec<Value> =
        (0..51).map(|n| json!({ "ProviderName": PROVIDER, "ClientId": format!("c{n}") })).collect();
    let invalid = "InvalidParameterException";
    let before = ask(&server, "DescribeIdentityPool", json!({ "IdentityPoolId": POOL })).await;
    for (member, value, code, message) in [
        (
            "CognitoIdentityProviders",
            listed("cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbCdEfGhI"),
            invalid,
            "`cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbCdEfGhI` is no user pool of this region",
        ),
        (
            "CognitoIdentityProviders",
            listed("graph.facebook.com"),
            invalid,
            "`graph.facebook.com` is no user pool of this region",
        ),
        (
            "CognitoIdentityProviders",
            json!([{ "ProviderName": PROVIDER }]),
            invalid,
            "missing field `ClientId`",
        ),
        (
            "CognitoIdentityProviders",
            json!(many),
            "LimitExceededException",
            "an identity pool lists at most 50 clients of user pools",
        ),
        (
            "SupportedLoginProviders",
            json!({ "api.twitter.com": "key;secret" }),
            invalid,
            "`api.twitter.com` is not a public login provider",
        ),
        (
            "OpenIdConnectProviderARNs",
            json!(["arn:aws:iam::123456789012:saml-provider/idp"]),
            invalid,
            "`arn:aws:iam::123456789012:saml-provider/idp` is not the ARN of an OpenID Connect provider",
        ),
        (
            "SamlProviderARNs",
            json!(["arn:aws:iam::12345:saml-provider/idp"]),
            invalid,
            "`arn:aws:iam::12345:saml-provider/idp` is not the ARN of a SAML provider",
        ),
    ] {
        let input = json!({ "IdentityPoolId": POOL, "IdentityPoolName": "x", "AllowUnauthenticatedIdentities": true });
        for operation in ["CreateIdentityPool", "UpdateIdentityPool"] {
            refused(
                &ask(&server, operation, with(input.clone(), member, value.clone())).await,
                code,
                message,
            );
        }
    }
    let after = ask(&server, "DescribeIdentityPool", json!({ "IdentityPoolId": POOL })).await;
    assert_eq!(after.text(), before.text());
    let pools = ask(&server, "ListIdentityPools", json!({ "MaxResults": 60 })).await;
    assert_eq!(pools.json()["IdentityPools"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn roles_that_are_none_are_refused() {
    let server = Server::start().await;
    let set = async |more: Value| {
        let mut input = json!({ "IdentityPoolId": POOL, "Roles": {} });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ask(&server, "SetIdentityPoolRoles", input).await
    };
    let answer = set(json!({ "Roles": { "authenticated": "arn:aws:iam::123456789012:user/alice" } })).await;
    refused(&answer, "InvalidParameterException", "`arn:aws:iam::123456789012:user/alice` is not a role ARN");
    for wrong in [json!({ "admin": GUEST }), json!({ "authenticated": "short" })] {
        assert_eq!(set(json!({ "Roles": wrong })).await.code(), "ValidationException");
    }
    let roles = ask(&server, "GetIdentityPoolRoles", json!({ "IdentityPoolId": POOL })).await;
    assert_eq!(roles.member("/Roles/unauthenticated"), GUEST);
}

#[tokio::test]
async fn a_user_who_is_gone_is_refused_where_the_pool_checks_users() {
    let server = Server::start().await;
    let id = server.alices_id().await;
    let checked = UserPoolProvider { server_side_check: Some(true), ..provider(&client()) };
    let pool = IdentityPool { user_pools: vec![checked], ..identity_pool() };
    server.write(|records| records.put_identity_pool(&pool)).await;
    assert_eq!(server.alices_id().await, id);
    let again = User { sub: "another".to_owned(), ..user() };
    server.write(|records| records.put_user(&again)).await;
    let message = "Invalid login token. The user does not exist any more or is disabled.";
    for (operation, named) in
        [("GetId", ("IdentityPoolId", POOL)), ("GetCredentialsForIdentity", ("IdentityId", &id))]
    {
        let input = json!({ named.0: named.1, "Logins": alices_login() });
        refused(&server.identity(operation, &input).await, "NotAuthorizedException", message);
    }
}

#[tokio::test]
async fn a_developer_providers_name_is_no_public_login() {
    let server = Server::start().await;
    let id = ask(&server, "CreateIdentityPool", everything()).await.member("/IdentityPoolId");
    let input = json!({ "IdentityPoolId": id, "Logins": { "login.example": "alice" } });
    let answer = server.identity("GetId", &input).await;
    refused(&answer, "InvalidParameterException", "Please provide a valid public provider");
}
