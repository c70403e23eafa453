//! Signatures of services other than S3: each refusal with its code and words.

use crate::support::{Answer, Ask, Held, POOL, Server, form, to};
use domain::time::Span;
use serde_json::json;

/// A signed request to a JSON service and one to a query service.
fn asks() -> [Ask; 2] {
    let describe = json!({ "IdentityPoolId": POOL }).to_string();
    [to("AWSCognitoIdentityService.DescribeIdentityPool", describe), form("sts", "GetCallerIdentity", &[])]
}

/// The codes and the message, which both say alike.
async fn codes(answers: [Answer; 2]) -> (String, String, Vec<u16>) {
    let [json, query] = answers;
    (json.code(), query.code(), vec![json.status, query.status])
}

async fn both(server: &Server, held: &Held, change: impl Fn(Ask) -> Ask) -> (String, String, Vec<u16>) {
    let [json, query] = asks();
    let now = server.now();
    codes([
        server.answer(change(json.signed(held, now))).await,
        server.answer(change(query.signed(held, now))).await,
    ])
    .await
}

fn codes_are(found: &(String, String, Vec<u16>), json: &str, query: &str, status: u16) {
    assert_eq!((found.0.as_str(), found.1.as_str()), (json, query));
    assert_eq!(found.2, [400, status]);
}

#[tokio::test]
async fn a_request_that_nobody_signed_is_refused() {
    let server = Server::start().await;
    let [json, query] = asks();
    let found = codes([server.answer(json).await, server.answer(query).await]).await;
    codes_are(&found, "MissingAuthenticationTokenException", "MissingAuthenticationToken", 403);
}

#[tokio::test]
async fn a_key_or_token_that_is_not_ours_is_refused() {
    let server = Server::start().await;
    let mut unknown = server.root();
    unknown.id = "AKIAAAAAAAAAAAAAOTHER".to_owned();
    let mut without_token = server.guest().await;
    without_token.token = None;
    let mut swapped = server.guest().await;
    swapped.token = server.guest().await.token;
    let mut root_with_token = server.root();
    root_with_token.token = server.guest().await.token;
    for held in [unknown, without_token, swapped, root_with_token] {
        let found = both(&server, &held, |ask| ask).await;
        codes_are(&found, "UnrecognizedClientException", "InvalidClientTokenId", 403);
    }
}

#[tokio::test]
async fn a_wrong_secret_a_changed_body_and_an_added_header_are_refused() {
    let server = Server::start().await;
    let mut thief = server.root();
    thief.secret = "guessed".to_owned();
    let found = both(&server, &thief, |ask| ask).await;
    codes_are(&found, "InvalidSignatureException", "SignatureDoesNotMatch", 403);
    let root = server.root();
    let found = both(&server, &root, |ask| ask.header("x-amz-added", "later")).await;
    codes_are(&found, "InvalidSignatureException", "SignatureDoesNotMatch", 403);
    let [_, query] = asks();
    let changed = query.signed(&root, server.now()).body("Action=GetCallerIdentity&Version=2011-06-15&a=b");
    assert_eq!(server.answer(changed).await.code(), "SignatureDoesNotMatch");
}

#[tokio::test]
async fn a_signature_for_another_service_or_twenty_minutes_off_is_refused() {
    let server = Server::start().await;
    let root = server.root();
    let [json, _] = asks();
    let for_other = json.service("cognito-idp").signed(&root, server.now());
    assert_eq!(server.answer(for_other).await.code(), "InvalidSignatureException");
    let [json, query] = asks();
    let (json, query) = (json.signed(&root, server.now()), query.signed(&root, server.now()));
    server.wait(Span::from_mins(20));
    let found = codes([server.answer(json).await, server.answer(query.clone()).await]).await;
    codes_are(&found, "InvalidSignatureException", "SignatureDoesNotMatch", 403);
    let message = server.answer(query).await.element("Message").unwrap().to_owned();
    let words = "Signature expired: 20260102T030405Z is now earlier than 20260102T030905Z (20260102T032405Z - 15 min.)";
    assert_eq!(message, words);
}

#[tokio::test]
async fn a_session_that_has_ended_is_refused() {
    let server = Server::start().await;
    let guest = server.guest().await;
    server.wait(Span::from_hours(1));
    let found = both(&server, &guest, |ask| ask).await;
    codes_are(&found, "ExpiredTokenException", "ExpiredToken", 403);
}

#[tokio::test]
async fn a_signature_that_cannot_be_read_is_refused() {
    let server = Server::start().await;
    let root = server.root();
    for value in ["AWS4-HMAC-SHA256 nonsense", "Basic YTpi", ""] {
        let found = both(&server, &root, |ask| ask.header("authorization", value)).await;
        codes_are(&found, "IncompleteSignatureException", "IncompleteSignature", 400);
    }
    let found = both(&server, &root, |ask| ask.without("x-amz-date")).await;
    codes_are(&found, "IncompleteSignatureException", "IncompleteSignature", 400);
}

#[tokio::test]
async fn global_services_may_be_signed_for_awss_home_region() {
    let server = Server::start().await;
    let [_, query] = asks();
    assert_eq!(server.signed(&server.root(), query).await.status, 200);
}
