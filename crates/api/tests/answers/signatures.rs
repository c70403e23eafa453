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
async fn a_signature_for_another_region_is_refused() {
    let server = Server::start().await;
    let (root, now) = (server.root(), server.now());
    for region in ["eu-west-1", "us-east-11", "aws-global"] {
        let [json, query] = asks().map(|ask| ask.signed_in(region, &root, now));
        let found = codes([server.answer(json).await, server.answer(query).await]).await;
        codes_are(&found, "InvalidSignatureException", "SignatureDoesNotMatch", 403);
        let get = Ask::new("GET", "/my-bucket/public/hello.txt").signed_in(region, &root, now);
        let answer = server.answer(get).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "AuthorizationHeaderMalformed"),
            "{region}"
        );
    }
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

/// The question that others ask with a presigned URL to learn whose key it is.
fn who() -> Ask {
    Ask::new("GET", "/?Action=GetCallerIdentity&Version=2011-06-15").service("sts")
}

#[tokio::test]
async fn a_request_to_another_service_may_be_presigned() {
    let server = Server::start().await;
    for held in [server.root(), server.guest().await] {
        let now = server.now();
        for ask in [who(), form("sts", "GetCallerIdentity", &[])] {
            let answer = server.answer(ask.presigned(&held, 60, now)).await;
            assert_eq!((answer.status, answer.element("Account")), (200, Some("123456789012")));
        }
        let describe = json!({ "IdentityPoolId": POOL }).to_string();
        let json = to("AWSCognitoIdentityService.DescribeIdentityPool", describe);
        let code = server.answer(json.presigned(&held, 60, now)).await.code();
        assert_eq!(code, if held.token.is_none() { "200" } else { "AccessDeniedException" });
    }
}

#[tokio::test]
async fn a_presigned_request_to_another_service_is_refused_in_its_words() {
    let server = Server::start().await;
    let root = server.root();
    let signed = || who().presigned(&root, 60, server.now());
    let changed = |from: &str, to: &str| signed().redirected(|uri| uri.replacen(from, to, 1));
    for (what, ask, code) in [
        ("changed", changed("Expires=60", "Expires=61"), "SignatureDoesNotMatch"),
        ("with a body", signed().body("Action=GetCallerIdentity"), "SignatureDoesNotMatch"),
        ("with a header more", signed().header("x-amz-added", "later"), "SignatureDoesNotMatch"),
        ("for another service", changed("%2Fsts%2F", "%2Fcognito-idp%2F"), "SignatureDoesNotMatch"),
        ("for another day", changed("Date=20260102", "Date=20260103"), "SignatureDoesNotMatch"),
        (
            "from tomorrow",
            who().presigned(&root, 60, server.now().after(Span::from_hours(24))),
            "SignatureDoesNotMatch",
        ),
        ("without a date", changed("X-Amz-Date=", "X-Date="), "IncompleteSignature"),
        ("with a wrong date", changed("X-Amz-Date=2", "X-Amz-Date=x"), "IncompleteSignature"),
        ("for more than a week", changed("Expires=60", "Expires=604801"), "IncompleteSignature"),
        ("for no time", changed("Expires=60", "Expires=0"), "IncompleteSignature"),
        ("for no number", changed("Expires=60", "Expires=x"), "IncompleteSignature"),
        ("by another algorithm", changed("HMAC-SHA256", "HMAC-SHA1"), "IncompleteSignature"),
        ("and signed in the header", signed().signed(&root, server.now()), "IncompleteSignature"),
    ] {
        assert_eq!(server.answer(ask).await.code(), code, "{what}");
    }
    let ask = signed();
    server.wait(Span::from_secs(60));
    let answer = server.answer(ask).await;
    let words = "Signature expired: 20260102T030405Z is now earlier than 20260102T030405Z (20260102T030505Z - 60 sec.)";
    assert_eq!((answer.code().as_str(), answer.element("Message")), ("SignatureDoesNotMatch", Some(words)));
}
