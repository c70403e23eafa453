//! Role mappings over the wire: as they are set and shown, who may set them, and what they choose.

use crate::identity_pools::{GUEST, SIGNED_IN, ask, refused, succeeded};
use crate::support::{Answer, POOL, PROVIDER, Server, form, to_assume};
use domain::iam::role::{Role, RoleName};
use domain::records::Roles;
use serde_json::{Value, json};
use testkit::iam::signed_in_role;
use testkit::tokens::id_token;
use testkit::user_pool::client;

const LEGAL: &str = "arn:aws:iam::123456789012:role/legal";

fn key() -> String {
    format!("{PROVIDER}:{}", client().id)
}

fn rule(role: &str) -> Value {
    json!({ "Claim": "custom:dept", "MatchType": "Equals", "Value": "legal", "RoleARN": role })
}

fn rules(all: &[Value], ambiguous: &str) -> Value {
    json!({ "Type": "Rules", "AmbiguousRoleResolution": ambiguous, "RulesConfiguration": { "Rules": all } })
}

fn input(mappings: Value) -> Value {
    json!({ "IdentityPoolId": POOL, "Roles": { "authenticated": SIGNED_IN, "unauthenticated": GUEST }, "RoleMappings": mappings })
}

/// A server with a role `legal`, and the pool's only client mapped so.
async fn server(mapping: Value) -> Server {
    let server = Server::start().await;
    let legal = Role { name: RoleName::parse("legal").unwrap(), ..signed_in_role() };
    server.write(|records| records.put_role(&legal)).await;
    succeeded(&ask(&server, "SetIdentityPoolRoles", input(json!({ key(): mapping }))).await, "");
    server
}

async fn credentials(server: &Server, token: &str, role: Option<&str>) -> Answer {
    let id = server.alices_id().await;
    let mut input = json!({ "IdentityId": id, "Logins": { PROVIDER: token } });
    if let Some(role) = role {
        input["CustomRoleArn"] = json!(role);
    }
    server.identity("GetCredentialsForIdentity", &input).await
}

fn last(server: &Server) -> Value {
    serde_json::from_str(&server.sink.lines().pop().unwrap()).unwrap()
}

#[tokio::test]
async fn mappings_are_shown_as_they_were_set_and_replaced_as_a_whole() {
    let server = server(json!({ "Type": "Token", "AmbiguousRoleResolution": "Deny" })).await;
    let shown = async || ask(&server, "GetIdentityPoolRoles", json!({ "IdentityPoolId": POOL })).await.json();
    let token = json!({ key(): { "Type": "Token", "AmbiguousRoleResolution": "Deny" } });
    assert_eq!(shown().await["RoleMappings"], token);
    let ruled = json!({ key(): rules(&[rule(LEGAL), rule(GUEST)], "AuthenticatedRole") });
    succeeded(&ask(&server, "SetIdentityPoolRoles", input(ruled.clone())).await, "");
    let expected = json!({
        "IdentityPoolId": POOL,
        "Roles": { "authenticated": SIGNED_IN, "unauthenticated": GUEST },
        "RoleMappings": ruled,
    });
    assert_eq!(shown().await, expected);
    succeeded(&ask(&server, "SetIdentityPoolRoles", input(json!({}))).await, "");
    assert_eq!(shown().await.get("RoleMappings"), None);
}

#[tokio::test]
async fn mappings_that_are_not_whole_or_of_no_provider_are_refused_and_change_nothing() {
    let mapping = json!({ "Type": "Token", "AmbiguousRoleResolution": "Deny" });
    let server = server(mapping.clone()).await;
    let before = ask(&server, "GetIdentityPoolRoles", json!({ "IdentityPoolId": POOL })).await;
    let of = |what: &str| format!("the role mapping of {} {what}", key());
    let without = |mut mapping: Value, member: &str| {
        mapping.as_object_mut().unwrap().remove(member);
        mapping
    };
    let whole = rules(&[rule(LEGAL)], "Deny");
    let both = json!({ "Type": "Token", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": { "Rules": [rule(LEGAL)] } });
    let code = "InvalidParameterException";
    for (mapping, message) in [
        (without(mapping.clone(), "AmbiguousRoleResolution"), of("has no AmbiguousRoleResolution")),
        (without(whole.clone(), "AmbiguousRoleResolution"), of("has no AmbiguousRoleResolution")),
        (
            without(whole.clone(), "RulesConfiguration"),
            of("is of the type Rules and has no RulesConfiguration"),
        ),
        (both, of("is of the type Token and has a RulesConfiguration")),
        (
            rules(&vec![rule(LEGAL); 26], "Deny"),
            format!("the role mapping of `{}` must have 1 to 25 rules", key()),
        ),
    ] {
        refused(
            &ask(&server, "SetIdentityPoolRoles", input(json!({ key(): mapping }))).await,
            code,
            &message,
        );
    }
    for wrong in
        [PROVIDER, "accounts.google.com", &format!("https://{}", key()), &format!("{PROVIDER}:other")]
    {
        let message =
            format!("({wrong}) is not a valid RoleMapping ProviderName or is not a configured provider.");
        refused(
            &ask(&server, "SetIdentityPoolRoles", input(json!({ wrong: mapping }))).await,
            code,
            &message,
        );
    }
    let eleven: serde_json::Map<String, Value> =
        (0..11).map(|number| (format!("provider{number}"), mapping.clone())).collect();
    let mut wrong_rules = [rule(LEGAL), rule(LEGAL), rule(LEGAL), rule(LEGAL), rule(LEGAL)];
    wrong_rules[0]["Claim"] = json!("two words");
    wrong_rules[1]["Value"] = json!("v".repeat(129));
    wrong_rules[2]["MatchType"] = json!("Like");
    wrong_rules[3]["RoleARN"] = json!("short");
    wrong_rules[4].as_object_mut().unwrap().remove("Value");
    let wrong_rules = wrong_rules.map(|rule| json!({ key(): rules(&[rule], "Deny") }));
    let more = [
        json!(eleven),
        json!({ key(): rules(&[], "Deny") }),
        json!({ key(): { "Type": "Both", "AmbiguousRoleResolution": "Deny" } }),
    ];
    for wrong in wrong_rules.into_iter().chain(more) {
        assert_eq!(
            ask(&server, "SetIdentityPoolRoles", input(wrong.clone())).await.code(),
            "ValidationException",
            "{wrong}"
        );
    }
    let after = ask(&server, "GetIdentityPoolRoles", json!({ "IdentityPoolId": POOL })).await;
    assert_eq!(after.text(), before.text());
}

#[tokio::test]
async fn the_role_of_each_rule_must_be_there_and_be_one_that_the_caller_may_pass() {
    let server = server(json!({ "Type": "Token", "AmbiguousRoleResolution": "Deny" })).await;
    let absent = "arn:aws:iam::123456789012:role/absent";
    let passing = |roles: &[&str]| {
        json!([
            { "Effect": "Allow", "Action": "cognito-identity:SetIdentityPoolRoles", "Resource": "*" },
            { "Effect": "Allow", "Action": "iam:PassRole", "Resource": roles },
        ])
    };
    let input = |role: &str| input(json!({ key(): rules(&[rule(GUEST), rule(role)], "Deny") }));
    let few = server.in_role_with(passing(&[GUEST, SIGNED_IN])).await;
    for (held, role) in [(&few, LEGAL), (&few, absent), (&server.root(), absent)] {
        let answer = server.identity_as(held, "SetIdentityPoolRoles", &input(role)).await;
        refused(&answer, "NotAuthorizedException", &format!("Access to Role '{role}' is forbidden."));
    }
    let all = server.in_role_with(passing(&[GUEST, SIGNED_IN, LEGAL])).await;
    succeeded(&server.identity_as(&all, "SetIdentityPoolRoles", &input(LEGAL)).await, "");
    let record = last(&server);
    let asked = &record["requestParameters"];
    assert_eq!(asked["roles"], json!({ "authenticated": SIGNED_IN, "unauthenticated": GUEST }));
    assert_eq!(asked["roleMappings"], json!({ key(): rules(&[rule(GUEST), rule(LEGAL)], "Deny") }));
}

#[tokio::test]
async fn a_rule_chooses_the_role_and_the_audit_says_which() {
    let server = server(rules(&[rule(LEGAL)], "Deny")).await;
    let legal = id_token().claim("custom:dept", "legal").text();
    assert_eq!(credentials(&server, &legal, None).await.status, 200);
    let record = last(&server);
    assert_eq!(record["additionalEventData"]["role"], LEGAL);
    assert_eq!(
        record["additionalEventData"]["roleChosenBy"],
        format!("rule 1 of the role mapping of `{}`", key())
    );
    assert_eq!(credentials(&server, &legal, Some(LEGAL)).await.status, 200);
    assert_eq!(last(&server)["requestParameters"]["customRoleArn"], LEGAL);
    let hr = id_token().claim("custom:dept", "hr").text();
    let denied = "The ambiguous role mapping rules denied this request";
    refused(&credentials(&server, &hr, None).await, "NotAuthorizedException", denied);
    let reason = "the role mappings leave open which role it is, and deny it then";
    assert_eq!(last(&server)["additionalEventData"]["reason"], reason);
}

#[tokio::test]
async fn a_role_of_choice_is_refused_unless_a_login_allows_it() {
    let server = server(json!({ "Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole" })).await;
    let names = id_token().claim("cognito:roles", json!([LEGAL, SIGNED_IN])).text();
    assert_eq!(credentials(&server, &names, Some(LEGAL)).await.status, 200);
    let elsewhere = LEGAL.replace("123456789012", "999999999999");
    for role in
        [GUEST, "arn:aws:iam::123456789012:role/*", "arn:aws:iam::123456789012:role/absent", &elsewhere]
    {
        let answer = credentials(&server, &names, Some(role)).await;
        refused(&answer, "NotAuthorizedException", &format!("Access to Role '{role}' is forbidden."));
        assert_eq!(last(&server)["additionalEventData"]["decision"], "denied");
    }
    assert_eq!(credentials(&server, &names, Some("short")).await.code(), "ValidationException");
    succeeded(&ask(&server, "SetIdentityPoolRoles", input(json!({}))).await, "");
    let forbidden = format!("Access to Role '{SIGNED_IN}' is forbidden.");
    refused(&credentials(&server, &names, Some(SIGNED_IN)).await, "NotAuthorizedException", &forbidden);
    let guest = server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await.member("/IdentityId");
    let asked = json!({ "IdentityId": guest, "CustomRoleArn": GUEST });
    let forbidden = format!("Access to Role '{GUEST}' is forbidden.");
    refused(
        &server.identity("GetCredentialsForIdentity", &asked).await,
        "NotAuthorizedException",
        &forbidden,
    );
}

#[tokio::test]
async fn a_token_that_names_a_role_which_is_none_or_does_not_trust_gets_nothing() {
    let server = server(json!({ "Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole" })).await;
    let message = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";
    for role in ["admin", "arn:aws:iam::123456789012:role/*", GUEST, "arn:aws:iam::123456789012:role/absent"]
    {
        let names = id_token().claim("cognito:preferred_role", role).text();
        refused(
            &credentials(&server, &names, None).await,
            "InvalidIdentityPoolConfigurationException",
            message,
        );
    }
    let plain = credentials(&server, &id_token().text(), None).await;
    assert_eq!(plain.status, 200);
    assert_eq!(
        last(&server)["additionalEventData"]["roleChosenBy"],
        "the pool, because the role mappings leave it open"
    );
}

#[tokio::test]
async fn a_login_that_chooses_its_role_gets_no_token_of_the_classic_flow() {
    let server = Server::start().await;
    server.allow_classic_flow().await;
    let id = server.alices_id().await;
    let logins = json!({ PROVIDER: id_token().text() });
    let token =
        async || server.identity("GetOpenIdToken", &json!({ "IdentityId": id, "Logins": logins })).await;
    let earlier = token().await.member("/Token");
    let mapping = json!({ key(): { "Type": "Token", "AmbiguousRoleResolution": "Deny" } });
    succeeded(&ask(&server, "SetIdentityPoolRoles", input(mapping)).await, "");
    let message = "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.";
    refused(&token().await, "InvalidParameterException", message);
    let own = json!({ "IdentityId": id, "Logins": { "cognito-identity.amazonaws.com": earlier } });
    refused(&server.identity("GetCredentialsForIdentity", &own).await, "InvalidParameterException", message);
    let assumed = server.answer(form("sts", "AssumeRoleWithWebIdentity", &to_assume(&earlier))).await;
    assert_eq!((assumed.status, assumed.code().as_str()), (403, "IDPRejectedClaim"));
    assert_eq!(assumed.element("Message"), Some(message));
}
