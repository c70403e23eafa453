//! Requests that S3 refuses, and how.

use crate::support::{Ask, Held, Server};
use domain::time::Span;
use sigv4::PayloadHash;

const GET: &str = "/my-bucket/public/hello.txt";

#[tokio::test]
async fn credentials_that_are_not_good_are_refused_by_awss_codes() {
    let server = Server::start().await;
    let (alice, guest) = (server.alice().await, server.guest().await);
    for (held, status, code) in [
        (Held { secret: guest.secret.clone(), ..alice.clone() }, 403, "SignatureDoesNotMatch"),
        (Held { token: None, ..alice.clone() }, 403, "InvalidAccessKeyId"),
        (Held { id: "AKIAAAAAAAAAAAAAAAAA".to_owned(), ..server.root() }, 403, "InvalidAccessKeyId"),
        (Held { token: guest.token.clone(), ..alice.clone() }, 400, "InvalidToken"),
        (Held { token: Some("made-up".to_owned()), ..alice.clone() }, 400, "InvalidToken"),
        (Held { token: guest.token.clone(), ..server.root() }, 400, "InvalidToken"),
    ] {
        let answer = server.s3(&held, Ask::new("GET", GET)).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
        assert!(answer.text().starts_with("<?xml"), "no byte of the object is told");
    }
}

#[tokio::test]
async fn credentials_end_when_the_clock_reaches_their_end() {
    let server = Server::start().await;
    let alice = server.alice().await;
    server.wait(Span::from_secs(3599));
    assert_eq!(server.s3(&alice, Ask::new("GET", GET)).await.status, 200);
    server.wait(Span::from_secs(1));
    let answer = server.s3(&alice, Ask::new("GET", GET)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "ExpiredToken"));
}

#[tokio::test]
async fn a_signature_is_good_for_a_quarter_hour() {
    let server = Server::start().await;
    let signed = Ask::new("GET", GET).signed(&server.root(), server.now());
    server.wait(Span::from_mins(15));
    assert_eq!(server.answer(signed.clone()).await.status, 200);
    server.wait(Span::from_secs(1));
    let answer = server.answer(signed).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "RequestTimeTooSkewed"));
}

#[tokio::test]
async fn a_signed_request_that_was_changed_is_refused() {
    let server = Server::start().await;
    let signed = || Ask::new("GET", GET).header("range", "bytes=0-1").signed(&server.root(), server.now());
    let zeroes = "0".repeat(64);
    for (what, ask, code) in [
        ("another host", signed().header("host", "elsewhere"), "SignatureDoesNotMatch"),
        ("another time", signed().header("x-amz-date", "20260102T030406Z"), "SignatureDoesNotMatch"),
        ("another day", signed().header("x-amz-date", "20260103T030405Z"), "AuthorizationHeaderMalformed"),
        ("no time", signed().without("x-amz-date"), "AccessDenied"),
        ("no hash", signed().without("x-amz-content-sha256"), "InvalidRequest"),
        (
            "a hash of something",
            signed().header("x-amz-content-sha256", &zeroes),
            "XAmzContentSHA256Mismatch",
        ),
        ("a word for a hash", signed().header("x-amz-content-sha256", "nonsense"), "InvalidArgument"),
        ("a header more", signed().header("x-amz-request-payer", "requester"), "AccessDenied"),
        ("a body", signed().body("x"), "InvalidRequest"),
        ("a signed header less", signed().without("range"), "SignatureDoesNotMatch"),
        ("another scheme", signed().header("authorization", "Bearer x"), "InvalidArgument"),
        ("no scheme", signed().header("authorization", ""), "InvalidArgument"),
        ("version 2", signed().header("authorization", "AWS AKIA:x"), "InvalidRequest"),
        ("version 4A", signed().header("authorization", "AWS4-ECDSA-P256-SHA256 x"), "InvalidRequest"),
        ("no fields", signed().header("authorization", "AWS4-HMAC-SHA256 x"), "AuthorizationHeaderMalformed"),
    ] {
        assert_eq!(server.answer(ask).await.code(), code, "{what}");
    }
}

#[tokio::test]
async fn a_method_path_or_query_other_than_the_signed_one_is_refused() {
    let server = Server::start().await;
    let root = server.root();
    for ask in
        [Ask::new("GET", "/my-bucket/other"), Ask::new("DELETE", GET), Ask::new("GET", "/my-bucket?prefix=x")]
    {
        let mut moved = Ask::new("GET", GET).signed(&root, server.now());
        moved.go_elsewhere(&ask);
        assert_eq!(server.answer(moved).await.code(), "SignatureDoesNotMatch");
    }
}

#[tokio::test]
async fn operations_that_are_not_served_say_so_and_change_nothing() {
    let server = Server::start().await;
    for (method, uri) in [
        ("GET", "/my-bucket?acl"),
        ("GET", "/my-bucket?versions"),
        ("PUT", "/my-bucket?publicAccessBlock"),
        ("DELETE", "/my-bucket?publicAccessBlock"),
        ("DELETE", "/my-bucket?nonsense"),
        ("DELETE", "/my-bucket/public/hello.txt?versionId=1"),
        ("DELETE", "/my-bucket/public/hello.txt?tagging"),
        ("GET", "/my-bucket/public/hello.txt?torrent"),
        ("GET", "/my-bucket/public/hello.txt?partNumber=1"),
        ("PUT", "/my-bucket/x?partNumber=1&uploadId=x"),
        ("POST", "/my-bucket/x?uploads"),
    ] {
        let answer = server.s3(&server.root(), Ask::new(method, uri)).await;
        assert_eq!((answer.status, answer.code().as_str()), (501, "NotImplemented"), "{method} {uri}");
    }
    let read = server.s3(&server.root(), Ask::new("GET", GET)).await;
    assert_eq!((read.status, read.text()), (200, "hello"));
}

#[tokio::test]
async fn methods_that_nothing_answers_to_are_not_allowed() {
    let server = Server::start().await;
    for (method, uri) in [("PATCH", GET), ("POST", GET), ("DELETE", "/"), ("TRACE", GET), ("X", "/my-bucket")]
    {
        let answer = server.s3(&server.root(), Ask::new(method, uri)).await;
        assert_eq!((answer.status, answer.code().as_str()), (405, "MethodNotAllowed"), "{method} {uri}");
    }
}

#[tokio::test]
async fn an_error_to_head_has_no_body_and_says_no_type() {
    let server = Server::start().await;
    for (uri, status) in [("/absent", 404), ("/my-bucket/absent", 404), ("/ab", 400)] {
        let answer = server.s3(&server.root(), Ask::new("HEAD", uri)).await;
        assert_eq!((answer.status, answer.text()), (status, ""), "{uri}");
        assert_eq!(answer.header("content-type"), None);
    }
}

#[tokio::test]
async fn every_answer_forbids_a_browser_to_guess_and_to_run() {
    let server = Server::start().await;
    for ask in
        [Ask::new("GET", GET), Ask::new("GET", "/my-bucket"), Ask::new("GET", "/ab"), Ask::new("HEAD", GET)]
    {
        for answer in [server.answer(ask.clone()).await, server.s3(&server.root(), ask).await] {
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(answer.header("content-security-policy"), Some("sandbox"));
        }
    }
}

#[tokio::test]
async fn paths_of_the_servers_own_are_no_buckets() {
    let server = Server::start().await;
    for path in [
        "/_cenote",
        "/_cenote/x",
        "/oauth2/token",
        "/login",
        "/console/x",
        "/identitypools/x",
        "/health/x",
        "/2015-03-31/functions",
    ] {
        let answer = server.s3(&server.root(), Ask::new("GET", path)).await;
        assert_eq!((answer.status, answer.text()), (404, "there is nothing here\n"), "{path}");
    }
    for (path, text) in [("/health/live", "live\n"), ("/health/ready", "ready\n")] {
        let answer = server.answer(Ask::new("GET", path)).await;
        assert_eq!((answer.status, answer.text()), (200, text));
    }
}

#[tokio::test]
async fn an_unsigned_payload_is_taken_as_it_is() {
    let server = Server::start().await;
    let ask = Ask::new("PUT", "/my-bucket/x").body("x").payload(PayloadHash::Unsigned);
    assert_eq!(server.s3(&server.root(), ask).await.status, 200);
}
