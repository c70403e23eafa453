//! Attributes for access control over the wire: how they are set and shown, and what they open.

use crate::identity_pools::{ask, refused, succeeded};
use crate::support::{Answer, Ask, Held, POOL, PROVIDER, Server, form, to_assume};
use domain::iam::role::{PolicyName, Role};
use domain::identity_pool::login::AuthState;
use domain::records::Roles;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::iam::{document, signed_in_role, trust};
use testkit::identity_pool::identity_pool_id;
use testkit::tokens::{Token, id_token};

const OF_TOKEN: &str = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";

fn input(more: Value) -> Value {
    let mut input = json!({ "IdentityPoolId": POOL, "IdentityProviderName": PROVIDER });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

async fn set(server: &Server, more: Value) -> Answer {
    ask(server, "SetPrincipalTagAttributeMap", input(more)).await
}

async fn shown(server: &Server) -> Answer {
    ask(server, "GetPrincipalTagAttributeMap", input(json!({}))).await
}

/// A server whose role for those who signed in takes tags, and opens the folder of a department.
async fn server() -> Server {
    let server = Server::start().await;
    let mut trusting = trust(&identity_pool_id(), AuthState::Authenticated);
    trusting["Statement"][0]["Action"] = json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession"]);
    let own = document(&json!([{
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": "arn:aws:s3:::my-bucket/${aws:PrincipalTag/department}/*",
    }]));
    let policies = BTreeMap::from([(PolicyName::parse("own").unwrap(), own.to_string())]);
    let role = Role { trust: trusting.to_string(), policies, ..signed_in_role() };
    server.write(|records| records.put_role(&role)).await;
    server
}

async fn credentials(server: &Server, token: Token) -> Answer {
    let input = json!({ "IdentityId": server.alices_id().await, "Logins": { PROVIDER: token.text() } });
    server.identity("GetCredentialsForIdentity", &input).await
}

fn held(answer: &Answer) -> Held {
    let member = |name: &str| answer.member(&format!("/Credentials/{name}"));
    Held { id: member("AccessKeyId"), secret: member("SecretKey"), token: Some(member("SessionToken")) }
}

fn last(server: &Server) -> Value {
    serde_json::from_str(&server.sink.lines().pop().unwrap()).unwrap()
}

#[tokio::test]
async fn a_map_is_shown_as_it_was_set_and_replaced_as_a_whole() {
    let server = server().await;
    let message = format!("There is no principal tag attribute map for '{PROVIDER}'.");
    refused(&shown(&server).await, "ResourceNotFoundException", &message);
    for (asked, use_defaults, tags) in [
        (
            json!({ "PrincipalTags": { "department": "custom:department" } }),
            false,
            r#"{"department":"custom:department"}"#,
        ),
        (json!({ "UseDefaults": true }), true, r#"{"client":"aud","username":"sub"}"#),
        (json!({ "UseDefaults": true, "PrincipalTags": {} }), true, r#"{"client":"aud","username":"sub"}"#),
        (json!({ "UseDefaults": false, "PrincipalTags": { "a": "sub" } }), false, r#"{"a":"sub"}"#),
        (json!({}), false, "{}"),
    ] {
        let body = format!(
            r#"{{"IdentityPoolId":"{POOL}","IdentityProviderName":"{PROVIDER}","UseDefaults":{use_defaults},"PrincipalTags":{tags}}}"#
        );
        succeeded(&set(&server, asked).await, &body);
        succeeded(&shown(&server).await, &body);
    }
    set(&server, json!({ "PrincipalTags": { "department": "custom:department" } })).await;
    let parameters = json!({
        "identityPoolId": POOL,
        "identityProviderName": PROVIDER,
        "useDefaults": false,
        "principalTags": ["department=custom:department"],
    });
    assert_eq!(last(&server)["requestParameters"], parameters);
}

#[tokio::test]
async fn a_map_that_no_session_could_have_is_refused() {
    let server = server().await;
    set(&server, json!({ "PrincipalTags": { "a": "sub" } })).await;
    let before = shown(&server).await;
    let key = |key: &str| {
        format!(
            "`{key}` is not the key of a tag, which has letters, digits, spaces and _.:/=+-@ and does not begin with aws:"
        )
    };
    for (tags, message) in [
        (json!({ "aws:a": "sub" }), key("aws:a")),
        (json!({ "a*": "sub" }), key("a*")),
        (
            json!({ "A": "sub", "a": "aud" }),
            "the keys of two tags differ from `a` in nothing but case".to_owned(),
        ),
    ] {
        refused(&set(&server, json!({ "PrincipalTags": tags })).await, "InvalidParameterException", &message);
    }
    let other = json!({ "UseDefaults": true, "PrincipalTags": { "a": "sub" } });
    let message = "the default attributes cannot be changed: give no PrincipalTags beside UseDefaults";
    refused(&set(&server, other).await, "InvalidParameterException", message);
    let many: serde_json::Map<String, Value> = (0..51).map(|n| (format!("k{n}"), json!("sub"))).collect();
    for wrong in [json!(many), json!({ "": "sub" }), json!({ "a": "" }), json!({ "a": "c".repeat(257) })] {
        assert_eq!(set(&server, json!({ "PrincipalTags": wrong })).await.code(), "ValidationException");
    }
    for provider in ["accounts.google.com", "https://x", &format!("{PROVIDER}:1example23456789abcdefghij")] {
        let input = json!({ "IdentityPoolId": POOL, "IdentityProviderName": provider, "PrincipalTags": { "a": "sub" } });
        let message =
            format!("({provider}) is not a valid IdentityProviderName or is not a configured provider.");
        refused(
            &ask(&server, "SetPrincipalTagAttributeMap", input).await,
            "InvalidParameterException",
            &message,
        );
    }
    for operation in ["SetPrincipalTagAttributeMap", "GetPrincipalTagAttributeMap"] {
        let input = json!({ "IdentityPoolId": "us-east-1:0", "IdentityProviderName": PROVIDER });
        let message = "IdentityPool 'us-east-1:0' not found.";
        refused(&ask(&server, operation, input).await, "ResourceNotFoundException", message);
    }
    assert_eq!(shown(&server).await.text(), before.text());
}

#[tokio::test]
async fn a_tag_opens_the_folder_of_one_department_alone() {
    let server = server().await;
    set(&server, json!({ "PrincipalTags": { "department": "custom:department" } })).await;
    let legal = held(&credentials(&server, id_token().claim("custom:department", "legal")).await);
    assert_eq!(last(&server)["additionalEventData"]["sessionTags"], json!({ "department": "legal" }));
    server.put(&legal, "/my-bucket/legal/case.txt", "A v B").await;
    for path in [
        "/my-bucket/sales/offer.txt",
        "/my-bucket/legal-too/x",
        "/my-bucket/Legal/x",
        "/my-bucket/public/hello.txt",
    ] {
        assert_eq!(server.s3(&legal, Ask::new("PUT", path).body("x")).await.code(), "AccessDenied", "{path}");
    }
    let sales = held(&credentials(&server, id_token().claim("custom:department", "sales")).await);
    assert_eq!(server.s3(&sales, Ask::new("GET", "/my-bucket/legal/case.txt")).await.code(), "AccessDenied");
    let nobodys = held(&credentials(&server, id_token()).await);
    for path in
        ["/my-bucket/legal/case.txt", "/my-bucket//case.txt", "/my-bucket/${aws:PrincipalTag/department}/x"]
    {
        assert_eq!(server.s3(&nobodys, Ask::new("GET", path)).await.code(), "AccessDenied", "{path}");
    }
}

#[tokio::test]
async fn a_claim_that_cannot_be_a_tag_stops_the_issuance_and_the_audit_names_it() {
    let server = server().await;
    set(&server, json!({ "PrincipalTags": { "department": "custom:department" } })).await;
    for (value, why) in [
        (json!("*"), "it has more than 256 characters, or others than letters, digits, spaces and _.:/=+-@"),
        (
            json!("l".repeat(257)),
            "it has more than 256 characters, or others than letters, digits, spaces and _.:/=+-@",
        ),
        (json!(["legal"]), "it is no text, flag or whole number"),
    ] {
        let answer = credentials(&server, id_token().claim("custom:department", value)).await;
        refused(&answer, "InvalidIdentityPoolConfigurationException", OF_TOKEN);
        let reason =
            format!("the claim `custom:department` cannot be the value of the tag `department`: {why}");
        assert_eq!(last(&server)["additionalEventData"]["reason"], reason);
    }
    let large = id_token().claim("custom:department", "ü".repeat(230));
    refused(&credentials(&server, large).await, "InvalidIdentityPoolConfigurationException", OF_TOKEN);
    let reason = "the session tags take 103% of the space that there is for them";
    assert_eq!(last(&server)["additionalEventData"]["reason"], reason);
}

#[tokio::test]
async fn a_role_that_takes_no_tags_is_given_to_nobody_who_has_them() {
    let server = server().await;
    set(&server, json!({ "PrincipalTags": { "department": "custom:department" } })).await;
    server.write(|records| records.put_role(&signed_in_role())).await;
    let answer = credentials(&server, id_token().claim("custom:department", "legal")).await;
    refused(&answer, "InvalidIdentityPoolConfigurationException", OF_TOKEN);
    let reason = "role `arn:aws:iam::123456789012:role/signed-in` may not be given session tags, which needs \
                  `sts:TagSession` in its trust policy: no role trust policy allows it";
    assert_eq!(last(&server)["additionalEventData"]["reason"], reason);
}

#[tokio::test]
async fn a_token_of_the_classic_flow_carries_the_tags_or_is_not_given() {
    let server = server().await;
    server.allow_classic_flow().await;
    set(&server, json!({ "PrincipalTags": { "department": "custom:department" } })).await;
    let token = async |token: Token| {
        let input = json!({ "IdentityId": server.alices_id().await, "Logins": { PROVIDER: token.text() } });
        server.identity("GetOpenIdToken", &input).await
    };
    let answer = token(id_token().claim("custom:department", "legal")).await;
    assert_eq!(last(&server)["additionalEventData"]["sessionTags"], json!({ "department": "legal" }));
    let taken = form("sts", "AssumeRoleWithWebIdentity", &to_assume(&answer.member("/Token")));
    let answer = server.answer(taken).await;
    let element = |name: &str| answer.element(name).unwrap().to_owned();
    let legal = Held {
        id: element("AccessKeyId"),
        secret: element("SecretAccessKey"),
        token: Some(element("SessionToken")),
    };
    server.put(&legal, "/my-bucket/legal/case.txt", "A v B").await;
    assert_eq!(server.s3(&legal, Ask::new("GET", "/my-bucket/sales/offer.txt")).await.code(), "AccessDenied");
    let answer = token(id_token().claim("custom:department", json!(["legal"]))).await;
    refused(&answer, "InvalidParameterException", OF_TOKEN);
    let reason = last(&server)["additionalEventData"]["reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("the claim `custom:department` cannot be"), "{reason}");
}
