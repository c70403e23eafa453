//! Users whom a pool's own backend vouches for: who may vouch for whom, what is answered, and what goes on record.

use crate::support::{Answer, Held, POOL, PROVIDER, Server, alices_login};
use data_encoding::BASE64URL_NOPAD;
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::provider::DeveloperProviderName;
use domain::records::IdentityPools;
use domain::time::Span;
use serde_json::{Value, json};
use testkit::identity_pool::identity_pool;

const BACKEND: &str = "login.my.app";
const OWN: &str = "cognito-identity.amazonaws.com";
const ARN: &str = "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:1234567890abcdef";
const VOUCH: &str = "GetOpenIdTokenForDeveloperIdentity";

/// A server whose pool has a backend of its own.
async fn start() -> Server {
    let server = Server::start().await;
    let developer_provider = Some(DeveloperProviderName::parse(BACKEND).unwrap());
    let pool = IdentityPool { developer_provider, classic_flow: Some(true), ..identity_pool() };
    server.write(|records| records.put_identity_pool(&pool)).await;
    server
}

async fn vouch(server: &Server, held: &Held, logins: Value, more: Value) -> Answer {
    let mut input = json!({ "IdentityPoolId": POOL, "Logins": logins });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    server.identity_as(held, VOUCH, &input).await
}

async fn vouch_for(server: &Server, held: &Held, user: &str) -> Answer {
    vouch(server, held, json!({ BACKEND: user }), json!({})).await
}

#[track_caller]
fn assert_refused(answer: &Answer, (code, message): (&str, &str)) {
    assert_eq!((answer.status, answer.code().as_str()), (400, code));
    assert_eq!(answer.member("/message"), message);
}

fn claims(answer: &Answer) -> Value {
    let token = answer.member("/Token");
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
}

fn last_record(server: &Server) -> Value {
    serde_json::from_str(server.sink.lines().last().unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_lives_as_long_as_is_asked_and_a_quarter_of_an_hour_otherwise() {
    let server = start().await;
    for (asked, lives) in
        [(json!({}), 900), (json!({ "TokenDuration": 1 }), 1), (json!({ "TokenDuration": 86_400 }), 86_400)]
    {
        let answer = vouch(&server, &server.root(), json!({ BACKEND: "u" }), asked).await;
        let claims = claims(&answer);
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), lives);
        assert_eq!(claims["sub"], answer.member("/IdentityId"));
        assert_eq!(claims["amr"], json!(["authenticated", BACKEND, format!("{BACKEND}:{POOL}:u")]));
    }
    for outside in [0, 86_401] {
        let answer =
            vouch(&server, &server.root(), json!({ BACKEND: "u" }), json!({ "TokenDuration": outside }))
                .await;
        assert_eq!(answer.code(), "ValidationException");
    }
}

#[tokio::test]
async fn a_token_that_lives_for_a_day_is_good_to_its_end_though_its_key_was_replaced() {
    let mut server = start().await;
    server.makes_keys_anew();
    let answer =
        vouch(&server, &server.root(), json!({ BACKEND: "u" }), json!({ "TokenDuration": 86_400 })).await;
    server.signed(&server.root(), crate::support::own_service("RotateKeys")).await;
    let input =
        json!({ "IdentityId": answer.member("/IdentityId"), "Logins": { OWN: answer.member("/Token") } });
    server.wait(Span::from_secs(86_399));
    assert_eq!(server.identity("GetCredentialsForIdentity", &input).await.status, 200);
    server.wait(Span::from_secs(1));
    assert_eq!(server.identity("GetCredentialsForIdentity", &input).await.code(), "NotAuthorizedException");
}

#[tokio::test]
async fn whoever_may_vouch_for_users_may_be_held_to_some_of_them() {
    let server = start().await;
    let only = json!({
        "Effect": "Allow", "Action": format!("cognito-identity:{VOUCH}"), "Resource": ARN,
        "Condition": { "StringLike": { "cognito-identity:DeveloperUserIdentifier": "web-*" } },
    });
    let held = server.in_role_with(json!([only])).await;
    assert_eq!(vouch_for(&server, &held, "web-1").await.status, 200);
    let denied = |user: &str| json!({ "cognito-identity:DeveloperUserIdentifier": user });
    for user in ["admin", "Web-1", " web-1", "*"] {
        let answer = vouch_for(&server, &held, user).await;
        assert_eq!(answer.code(), "AccessDeniedException", "{user}");
        let record = last_record(&server);
        assert_eq!(record["additionalEventData"]["conditionKeys"], denied(user));
        assert_eq!(record["additionalEventData"]["decision"], "denied");
    }
    // Nor is there a user to be found where none is named, or under another name.
    for logins in [json!({}), json!({ "login.other": "web-1" }), json!({ BACKEND: "web-".repeat(257) })] {
        let answer = vouch(&server, &held, logins, json!({})).await;
        assert_eq!(answer.code(), "AccessDeniedException");
    }
    let but = json!({
        "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": { "StringEquals": { "cognito-identity:DeveloperUserIdentifier": "root" } },
    });
    let all = json!({ "Effect": "Allow", "Action": "cognito-identity:*", "Resource": ARN });
    let held = server.in_role_with(json!([all, but])).await;
    assert_eq!(vouch_for(&server, &held, "web-1").await.status, 200);
    assert_eq!(vouch_for(&server, &held, "root").await.code(), "AccessDeniedException");
}

#[tokio::test]
async fn what_cannot_be_vouched_for_is_refused_in_awss_words() {
    let server = start().await;
    let root = server.root();
    let unsupported =
        ("InvalidParameterException", "This identity pool does not support the specified developer provider");
    for logins in [json!({}), json!({ "login.other": "u" }), alices_login()] {
        assert_refused(&vouch(&server, &root, logins, json!({})).await, unsupported);
    }
    let long = ("InvalidParameterException", "a developer user identifier has 1 to 1024 characters");
    assert_refused(&vouch_for(&server, &root, &"é".repeat(1025)).await, long);
    assert_eq!(vouch_for(&server, &root, &"é".repeat(1024)).await.status, 200);

    let with = |more: &Value| {
        let mut logins = more.clone();
        logins[BACKEND] = json!("u");
        logins
    };
    let own = ("NotAuthorizedException", "Invalid login token. Can't pass in a Cognito token.");
    assert_refused(&vouch(&server, &root, with(&json!({ OWN: "x" })), json!({})).await, own);
    let none = ("NotAuthorizedException", "Invalid login token. Not a valid OpenId Connect identity token.");
    assert_refused(&vouch(&server, &root, with(&json!({ PROVIDER: "x" })), json!({})).await, none);

    let alice = server.alices_id().await;
    let no_match = (
        "NotAuthorizedException",
        "Logins don't match. Please include at least one valid login for this identity or identity pool.",
    );
    let as_alice = json!({ "IdentityId": alice });
    let answer = vouch(&server, &root, with(&json!({})), as_alice.clone()).await;
    assert_refused(&answer, no_match);
    let linked = vouch(&server, &root, with(&alices_login()), as_alice).await;
    assert_eq!(linked.member("/IdentityId"), alice);
    assert_eq!(last_record(&server)["additionalEventData"]["linked"][0]["subject"], "u");

    let guest = server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await.member("/IdentityId");
    let as_guest = json!({ "IdentityId": guest });
    let registered = (
        "DeveloperUserAlreadyRegisteredException",
        "The developer user identifier is already registered with a different identity.",
    );
    assert_refused(&vouch(&server, &root, with(&json!({})), as_guest.clone()).await, registered);
    let mut other = alices_login();
    other[BACKEND] = json!("other");
    let elsewhere = ("ResourceConflictException", "Logins are already linked to another account.");
    assert_refused(&vouch(&server, &root, other, as_guest).await, elsewhere);
}

#[tokio::test]
async fn the_backend_and_its_user_are_on_record_and_no_token_leaves_without() {
    let server = start().await;
    let answer = vouch_for(&server, &server.root(), "u").await;
    let record = last_record(&server);
    assert_eq!((&record["eventName"], &record["userIdentity"]["type"]), (&json!(VOUCH), &json!("Root")));
    let asked = json!({ "developerUserIdentifier": "u", "identityPoolId": POOL });
    assert_eq!(record["requestParameters"], asked);
    assert_eq!(record["responseElements"]["identityId"], answer.member("/IdentityId"));
    assert!(!record.to_string().contains(&answer.member("/Token")));
    server.sink.break_down();
    let withheld = vouch_for(&server, &server.root(), "u").await;
    assert_eq!((withheld.status, withheld.text()), (500, r#"{"__type":"InternalErrorException"}"#));
}

#[tokio::test]
async fn principal_tags_are_in_the_token_and_policies_are_asked_about_them() {
    let server = start().await;
    let tagged = |tags: Value| json!({ "PrincipalTags": tags });
    let logins = || json!({ BACKEND: "u" });
    let answer = vouch(&server, &server.root(), logins(), tagged(json!({ "team": "a", "level": "3" }))).await;
    let carried = json!({ "principal_tags": { "team": ["a"], "level": ["3"] } });
    assert_eq!(claims(&answer)["https://aws.amazon.com/tags"], carried);
    assert_eq!(
        last_record(&server)["additionalEventData"]["sessionTags"],
        json!({ "team": "a", "level": "3" })
    );

    let only = json!({
        "Effect": "Allow", "Action": format!("cognito-identity:{VOUCH}"), "Resource": ARN,
        "Condition": {
            "ForAllValues:StringEquals": { "aws:TagKeys": ["team"] },
            "StringEqualsIfExists": { "aws:RequestTag/team": "a" },
        },
    });
    let held = server.in_role_with(json!([only])).await;
    for (tags, code) in [
        (json!({}), "200"),
        (json!({ "team": "a" }), "200"),
        (json!({ "team": "b" }), "AccessDeniedException"),
        (json!({ "team": "a", "admin": "yes" }), "AccessDeniedException"),
    ] {
        let answer = vouch(&server, &held, logins(), tagged(tags.clone())).await;
        assert_eq!(answer.code(), code, "{tags}");
    }
    for (bad, code) in [
        (json!({ "a*": "x" }), "InvalidParameterException"),
        (json!({ "aws:team": "x" }), "InvalidParameterException"),
        (json!({ "team": "x*" }), "InvalidParameterException"),
        (json!({ "team": "a", "Team": "a" }), "InvalidParameterException"),
        (json!({ "team": "" }), "ValidationException"),
        (json!({ "team": "a".repeat(256), "other": "b".repeat(196) }), "InvalidParameterException"),
        ((0..51).map(|n| (format!("k{n}"), json!("v"))).collect(), "ValidationException"),
    ] {
        let answer = vouch(&server, &server.root(), logins(), tagged(bad.clone())).await;
        assert_eq!(answer.code(), code, "{bad}");
    }
}

async fn ask(server: &Server, held: &Held, operation: &str, input: Value) -> Answer {
    let mut asked = input;
    asked["IdentityPoolId"] = json!(POOL);
    server.identity_as(held, operation, &asked).await
}

fn merging(source: &str, destination: &str) -> Value {
    json!({
        "SourceUserIdentifier": source, "DestinationUserIdentifier": destination, "DeveloperProviderName": BACKEND,
    })
}

#[tokio::test]
async fn the_users_of_an_identity_are_told_page_by_page_in_their_order() {
    let server = start().await;
    let root = server.root();
    let long = "é".repeat(1024);
    let names = ["b", "a", "c:c", long.as_str(), "B"];
    let mut id = vouch_for(&server, &root, names[0]).await.member("/IdentityId");
    for name in &names[1..] {
        vouch_for(&server, &root, name).await;
        id = ask(&server, &root, "MergeDeveloperIdentities", merging(name, names[0]))
            .await
            .member("/IdentityId");
    }
    let (mut found, mut token) = (Vec::new(), Value::Null);
    loop {
        let asked = json!({ "IdentityId": id, "MaxResults": 1, "NextToken": token });
        let page = ask(&server, &root, "LookupDeveloperIdentity", asked).await;
        assert_eq!(page.member("/IdentityId"), id);
        let users = page.json()["DeveloperUserIdentifierList"].as_array().unwrap().clone();
        assert_eq!(users.len(), 1);
        found.extend(users);
        match page.json().get("NextToken") {
            Some(next) => token = next.clone(),
            None => break,
        }
    }
    assert_eq!(found, ["B", "a", "b", "c:c", long.as_str()]);
    let by_user =
        ask(&server, &root, "LookupDeveloperIdentity", json!({ "DeveloperUserIdentifier": "a" })).await;
    let all = json!({ "IdentityId": id, "DeveloperUserIdentifierList": found });
    assert_eq!(by_user.json(), all);
    let made_up = json!({ "IdentityId": id, "NextToken": "made-up!" });
    assert_eq!(
        ask(&server, &root, "LookupDeveloperIdentity", made_up).await.code(),
        "InvalidParameterException"
    );
}

#[tokio::test]
async fn whoever_is_held_to_some_users_merges_unlinks_and_looks_up_no_others() {
    let server = start().await;
    let id = vouch_for(&server, &server.root(), "web-1").await.member("/IdentityId");
    for user in ["web-2", "admin"] {
        vouch_for(&server, &server.root(), user).await;
    }
    let only = json!({
        "Effect": "Allow", "Action": "cognito-identity:*", "Resource": ARN,
        "Condition": { "StringLike": { "cognito-identity:DeveloperUserIdentifier": "web-*" } },
    });
    let held = server.in_role_with(json!([only])).await;
    let named = |user: &str| json!({ "IdentityId": id, "DeveloperUserIdentifier": user, "DeveloperProviderName": BACKEND });
    for (operation, input) in [
        ("MergeDeveloperIdentities", merging("web-1", "admin")),
        ("MergeDeveloperIdentities", merging("admin", "web-1")),
        ("UnlinkDeveloperIdentity", named("admin")),
        ("LookupDeveloperIdentity", json!({ "DeveloperUserIdentifier": "admin" })),
        ("LookupDeveloperIdentity", json!({ "IdentityId": id })),
    ] {
        let denied = ask(&server, &held, operation, input).await;
        assert_eq!(denied.code(), "AccessDeniedException", "{operation}");
    }
    for (operation, input) in [
        ("MergeDeveloperIdentities", merging("web-2", "web-1")),
        ("LookupDeveloperIdentity", json!({ "DeveloperUserIdentifier": "web-2" })),
        ("UnlinkDeveloperIdentity", named("web-1")),
    ] {
        assert_eq!(ask(&server, &held, operation, input).await.status, 200, "{operation}");
    }
}

#[tokio::test]
async fn whoever_is_held_to_some_users_moves_no_other_who_shares_an_identity_with_one_of_them() {
    let server = start().await;
    let root = server.root();
    for user in ["web-1", "web-2", "web-3", "admin"] {
        vouch_for(&server, &root, user).await;
    }
    ask(&server, &root, "MergeDeveloperIdentities", merging("admin", "web-1")).await;
    let only = json!({
        "Effect": "Allow", "Action": "cognito-identity:*", "Resource": ARN,
        "Condition": { "StringLike": { "cognito-identity:DeveloperUserIdentifier": "web-*" } },
    });
    let held = server.in_role_with(json!([only])).await;
    let shares = vouch_for(&server, &root, "admin").await.member("/IdentityId");
    let denied = ask(&server, &held, "MergeDeveloperIdentities", merging("web-1", "web-2")).await;
    assert_eq!(denied.code(), "AccessDeniedException");
    let record = last_record(&server);
    assert_eq!(
        record["additionalEventData"]["conditionKeys"]["cognito-identity:DeveloperUserIdentifier"],
        "admin"
    );
    assert_eq!(vouch_for(&server, &root, "admin").await.member("/IdentityId"), shares, "nothing has moved");
    // Who is moved to is left where they are, and so is everybody once the two are one.
    for _ in 0..2 {
        let merged = ask(&server, &held, "MergeDeveloperIdentities", merging("web-2", "web-1")).await;
        assert_eq!((merged.status, merged.member("/IdentityId")), (200, shares.clone()));
    }
    let denied = ask(&server, &held, "MergeDeveloperIdentities", merging("nobody", "web-1")).await;
    assert_eq!(denied.code(), "AccessDeniedException", "whether there is such a user is not told");
    let unknown = ask(&server, &held, "MergeDeveloperIdentities", merging("web-9", "web-3")).await;
    assert_eq!(unknown.code(), "ResourceNotFoundException");
}

#[tokio::test]
async fn merges_and_unlinking_are_on_record_for_good_before_they_are_acknowledged() {
    let server = start().await;
    let root = server.root();
    let source = vouch_for(&server, &root, "a").await.member("/IdentityId");
    let id = vouch_for(&server, &root, "b").await.member("/IdentityId");
    ask(&server, &root, "MergeDeveloperIdentities", merging("a", "b")).await;
    let record = last_record(&server);
    assert_eq!(record["additionalEventData"]["merged"], json!([source]));
    assert_eq!(
        (&record["managementEvent"], &record["responseElements"]["identityId"]),
        (&json!(true), &json!(id))
    );
    let named = json!({ "IdentityId": id, "DeveloperUserIdentifier": "a", "DeveloperProviderName": BACKEND });
    let unlinked = ask(&server, &root, "UnlinkDeveloperIdentity", named.clone()).await;
    assert_eq!((unlinked.status, unlinked.text()), (200, ""));
    let taken = json!([{ "provider": BACKEND, "subject": "a" }]);
    assert_eq!(last_record(&server)["additionalEventData"]["unlinked"], taken);
    server.sink.break_down();
    for operation in ["MergeDeveloperIdentities", "UnlinkDeveloperIdentity"] {
        let mut input = merging("b", "b");
        input["IdentityId"] = json!(id);
        input["DeveloperUserIdentifier"] = json!("b");
        let members: &[&str] = match operation {
            "MergeDeveloperIdentities" => &["IdentityId", "DeveloperUserIdentifier"],
            _ => &["SourceUserIdentifier", "DestinationUserIdentifier"],
        };
        for member in members {
            input.as_object_mut().unwrap().remove(*member);
        }
        assert_eq!(ask(&server, &root, operation, input).await.status, 500, "{operation}");
    }
}
