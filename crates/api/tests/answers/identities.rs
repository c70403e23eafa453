//! What becomes of identities whose logins meet, and what is on record of it.

use crate::support::{Answer, OTHER_POOL, POOL, PROVIDER, Server, to};
use domain::identity_pool::pool::{IdentityPool, UserPoolProvider};
use domain::records::{IdentityPools, UserPools};
use domain::time::Span;
use serde_json::{Value, json};
use testkit::iam::document;
use testkit::identity_pool::{identity_pool, provider};
use testkit::keys::RsaKey;
use testkit::tokens::{Signature, id_token};
use testkit::user_pool::{client, issuers, other_user_pool};

const OTHER_PROVIDER: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Stranger0";

/// A server whose pool lists two user pools.
async fn start() -> Server {
    let server = Server::start().await;
    let other = UserPoolProvider { user_pool: other_user_pool().id, ..provider(&client()) };
    let pool = IdentityPool { user_pools: vec![provider(&client()), other], ..identity_pool() };
    server
        .write(|records| {
            records.put_user_pool(&other_user_pool());
            records.put_identity_pool(&pool);
        })
        .await;
    server
}

/// A login of the first user pool.
fn one(subject: &str) -> Value {
    json!({ PROVIDER: id_token().claim("sub", subject).text() })
}

/// A login of the second.
fn other(subject: &str) -> Value {
    let token = id_token()
        .claim("iss", issuers().issuer_of(&other_user_pool().id))
        .claim("sub", subject)
        .header("kid", RsaKey::Stranger.public().kid)
        .signed(Signature::Rs256(RsaKey::Stranger));
    json!({ OTHER_PROVIDER: token.text() })
}

fn both(one: &Value, other: &Value) -> Value {
    one.as_object().unwrap().clone().into_iter().chain(other.as_object().unwrap().clone()).collect()
}

async fn get_id(server: &Server, logins: Value) -> Answer {
    server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": logins })).await
}

async fn id(server: &Server, logins: Value) -> String {
    get_id(server, logins).await.member("/IdentityId")
}

async fn credentials(server: &Server, id: &str, logins: Value) -> Answer {
    server.identity("GetCredentialsForIdentity", &json!({ "IdentityId": id, "Logins": logins })).await
}

#[track_caller]
fn assert_refused(answer: &Answer, code: &str, message: &str) {
    let said = (answer.status, answer.code(), answer.member("/message"));
    assert_eq!(said, (400, code.to_owned(), message.to_owned()));
}

/// The details of the last line that was written for good.
fn on_record(server: &Server) -> Value {
    let line: Value = serde_json::from_str(&server.sink.lines().pop().unwrap()).unwrap();
    line["additionalEventData"].clone()
}

fn named(provider: &str, subject: &str) -> Value {
    json!({ "provider": provider, "subject": subject })
}

#[tokio::test]
async fn what_is_linked_and_merged_without_issuing_anything_is_on_record_for_good() {
    let server = start().await;
    let before = server.sink.lines().len();
    let old = id(&server, one("a")).await;
    assert_eq!(id(&server, one("a")).await, old);
    assert_eq!(server.sink.lines().len(), before, "what is made or found is not written for good");
    assert_eq!(id(&server, both(&one("a"), &other("b"))).await, old);
    assert_eq!(on_record(&server)["linked"], json!([named(OTHER_PROVIDER, "b")]));
    let old = id(&server, one("d")).await;
    server.wait(Span::from_secs(1));
    let young = id(&server, other("c")).await;
    assert_eq!(id(&server, both(&one("d"), &other("c"))).await, old);
    let details = on_record(&server);
    assert_eq!(details["merged"], json!([young]));
    assert_eq!(details.get("linked"), None);
    let proven: Vec<&Value> =
        details["logins"].as_array().unwrap().iter().map(|one| &one["subject"]).collect();
    assert_eq!(proven, ["d", "c"]);
}

#[tokio::test]
async fn nothing_that_was_linked_is_acknowledged_without_being_on_record() {
    let server = start().await;
    let a = id(&server, one("a")).await;
    server.sink.break_down();
    let answer = get_id(&server, both(&one("a"), &other("b"))).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "InternalErrorException"));
    assert_eq!(id(&server, both(&one("a"), &other("b"))).await, a, "now it is merely found");
}

#[tokio::test]
async fn the_issuance_for_a_guest_says_that_they_were_promoted_or_merged() {
    let server = start().await;
    let guest = id(&server, json!({})).await;
    let answer = credentials(&server, &guest, one("a")).await;
    assert_eq!(answer.member("/IdentityId"), guest);
    let details = on_record(&server);
    assert_eq!((&details["promoted"], &details["linked"]), (&json!(true), &json!([named(PROVIDER, "a")])));
    assert_eq!(details.get("merged"), None);

    let second = id(&server, json!({})).await;
    let answer = credentials(&server, &second, one("a")).await;
    assert_eq!(answer.member("/IdentityId"), guest, "the owner's");
    let details = on_record(&server);
    assert_eq!((&details["merged"], details.get("promoted")), (&json!([second]), None));
    let line: Value = serde_json::from_str(&server.sink.lines().pop().unwrap()).unwrap();
    assert_eq!(line["requestParameters"]["identityId"], second);
    assert_eq!(line["responseElements"]["identityId"], guest);

    let held = credentials(&server, &guest, one("a")).await;
    assert_eq!(held.status, 200);
    let details = on_record(&server);
    assert_eq!([details.get("merged"), details.get("linked"), details.get("promoted")], [None; 3]);
}

#[tokio::test]
async fn one_bad_token_fails_the_whole_call() {
    let server = start().await;
    let a = id(&server, one("a")).await;
    let forged = id_token().claim("sub", "b").signed(Signature::Rs256(RsaKey::IdTokens)).text();
    let logins = both(&one("a"), &json!({ OTHER_PROVIDER: forged }));
    for answer in [get_id(&server, logins.clone()).await, credentials(&server, &a, logins).await] {
        let message = "Invalid login token. Issuer doesn't match providerName";
        assert_refused(&answer, "NotAuthorizedException", message);
    }
    let unlisted = both(&one("a"), &json!({ "graph.facebook.com": "token" }));
    assert_eq!(get_id(&server, unlisted).await.code(), "NotAuthorizedException");
    let shown = server.identity_as(&server.root(), "DescribeIdentity", &json!({ "IdentityId": a })).await;
    assert_eq!(shown.json()["Logins"], json!([PROVIDER]));
}

#[tokio::test]
async fn a_second_login_of_one_provider_is_a_conflict() {
    let server = start().await;
    let a = id(&server, both(&one("a"), &other("a"))).await;
    for logins in [both(&one("b"), &other("a")), both(&one("a"), &other("b"))] {
        for answer in [get_id(&server, logins.clone()).await, credentials(&server, &a, logins).await] {
            let message = "Logins are already linked to another account.";
            assert_refused(&answer, "ResourceConflictException", message);
        }
    }
}

async fn unlink(server: &Server, id: &str, logins: &Value, providers: &[&str]) -> Answer {
    let input = json!({ "IdentityId": id, "Logins": logins, "LoginsToRemove": providers });
    server.identity("UnlinkIdentity", &input).await
}

#[tokio::test]
async fn an_unlinked_login_is_on_record_and_is_somebody_new() {
    let server = start().await;
    let a = id(&server, both(&one("a"), &other("a"))).await;
    let answer = unlink(&server, &a, &one("a"), &[OTHER_PROVIDER]).await;
    assert_eq!((answer.status, answer.text()), (200, ""));
    let details = on_record(&server);
    assert_eq!(details["unlinked"], json!([named(OTHER_PROVIDER, "a")]));
    assert_eq!(details["decision"], "allowed");
    assert_eq!(id(&server, one("a")).await, a);
    assert_ne!(id(&server, other("a")).await, a);
}

#[tokio::test]
async fn what_does_not_prove_an_identity_unlinks_nothing_from_it() {
    let server = start().await;
    let a = id(&server, both(&one("a"), &other("a"))).await;
    id(&server, one("m")).await;
    let forbidden = format!("Access to Identity '{a}' is forbidden.");
    for logins in [one("m"), json!({}), both(&one("a"), &other("m"))] {
        let answer = unlink(&server, &a, &logins, &[PROVIDER]).await;
        assert_refused(&answer, "NotAuthorizedException", &forbidden);
    }
    let answer = unlink(&server, &a, &one("a"), &["graph.facebook.com"]).await;
    let message = "no login of `graph.facebook.com` is linked to the identity";
    assert_refused(&answer, "InvalidParameterException", message);
    let shown = server.identity_as(&server.root(), "DescribeIdentity", &json!({ "IdentityId": a })).await;
    assert_eq!(shown.json()["Logins"], json!([PROVIDER, OTHER_PROVIDER]));
}

#[tokio::test]
async fn an_identity_left_by_its_last_login_is_listed_and_reached_by_nobody() {
    let server = start().await;
    let a = id(&server, one("a")).await;
    assert_eq!(unlink(&server, &a, &one("a"), &[PROVIDER]).await.status, 200);
    let forbidden = format!("Access to Identity '{a}' is forbidden.");
    for logins in [json!({}), one("a"), other("b")] {
        assert_refused(&credentials(&server, &a, logins).await, "NotAuthorizedException", &forbidden);
    }
    let listed = list(&server, &json!({ "HideDisabled": true })).await;
    assert!(listed.contains(&a), "it is not disabled");
}

async fn list(server: &Server, more: &Value) -> Vec<String> {
    let mut input = json!({ "IdentityPoolId": POOL, "MaxResults": 2 });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut found = Vec::new();
    loop {
        let page = server.identity_as(&server.root(), "ListIdentities", &input).await.json();
        let ids = page["Identities"].as_array().unwrap().iter();
        found.extend(ids.map(|one| one["IdentityId"].as_str().unwrap().to_owned()));
        match page.get("NextToken") {
            Some(token) => input["NextToken"] = token.clone(),
            None => return found,
        }
    }
}

#[tokio::test]
async fn disabled_identities_are_listed_unless_they_are_hidden() {
    let server = start().await;
    let mut guests = Vec::new();
    for _ in 0..5 {
        guests.push(id(&server, json!({})).await);
    }
    for guest in &guests[..4] {
        credentials(&server, guest, one("a")).await;
    }
    let owner = id(&server, one("a")).await;
    assert_eq!(owner, guests[0]);
    guests.sort();
    assert_eq!(list(&server, &json!({})).await, guests);
    assert_eq!(list(&server, &json!({ "HideDisabled": false })).await, guests);
    let mut left = list(&server, &json!({ "HideDisabled": true })).await;
    assert_eq!(left.len(), 2);
    left.retain(|id| *id != owner);
    let disabled = guests.iter().find(|id| **id != owner && !left.contains(id)).unwrap();
    let shown =
        server.identity_as(&server.root(), "DescribeIdentity", &json!({ "IdentityId": disabled })).await;
    assert_eq!((shown.status, &shown.json()["Logins"]), (200, &json!([])));
}

#[tokio::test]
async fn deleted_identities_are_gone_and_their_logins_are_somebody_new() {
    let server = start().await;
    let (a, guest) = (id(&server, one("a")).await, id(&server, json!({})).await);
    let unknown = "us-east-1:0";
    let deleting = json!({ "IdentityIdsToDelete": [a, unknown, guest, a] });
    let answer = server.identity_as(&server.root(), "DeleteIdentities", &deleting).await;
    assert_eq!((answer.status, answer.text()), (200, r#"{"UnprocessedIdentityIds":[]}"#));
    for (id, logins) in [(&a, one("a")), (&guest, json!({}))] {
        let gone = format!("Identity '{id}' not found.");
        assert_refused(&credentials(&server, id, logins).await, "ResourceNotFoundException", &gone);
    }
    assert_ne!(id(&server, one("a")).await, a);
}

#[tokio::test]
async fn identities_are_deleted_where_a_policy_allows_their_pool_and_kept_where_none_does() {
    let server = start().await;
    let (here, guest) = (id(&server, one("a")).await, id(&server, json!({})).await);
    let there = server.identity("GetId", &json!({ "IdentityPoolId": OTHER_POOL, "Logins": one("a") })).await;
    let there = there.member("/IdentityId");
    let of_pool = "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/us-east-1:1234567890abcdef";
    let policy = document(&json!([{
        "Effect": "Allow",
        "Action": "cognito-identity:DeleteIdentities",
        "Resource": "*",
        "Condition": { "StringEquals": { "cognito-identity:IdentityPoolArn": of_pool } },
    }]));
    let held = server.alice_under(&policy.to_string()).await;
    let delete = async |ids: &[&str]| {
        let input = json!({ "IdentityIdsToDelete": ids });
        server.signed(&held, to("AWSCognitoIdentityService.DeleteIdentities", input.to_string())).await
    };
    let denied = json!({ "IdentityId": there, "ErrorCode": "AccessDenied" });
    let nobody = json!({ "IdentityId": "us-east-1:0", "ErrorCode": "AccessDenied" });
    let answer = delete(&[&there, &here, "us-east-1:0"]).await;
    let unprocessed = json!({ "UnprocessedIdentityIds": [denied, nobody] });
    assert_eq!((answer.status, answer.json()), (200, unprocessed), "who is there is not told");
    let line: Value = serde_json::from_str(&server.sink.lines().pop().unwrap()).unwrap();
    assert_eq!(line["responseElements"]["deleted"], json!([here]));
    assert_eq!(line["additionalEventData"]["deniedCount"], 2);
    let none = delete(&[&there, "us-east-1:0"]).await;
    assert_eq!(none.code(), "AccessDeniedException");
    assert!(none.member("/message").contains("cognito-identity:DeleteIdentities on resource: * because"));
    let shown = server.identity_as(&server.root(), "DescribeIdentity", &json!({ "IdentityId": there })).await;
    assert_eq!(shown.status, 200);
    assert_eq!(delete(&[&guest]).await.status, 200);
}
