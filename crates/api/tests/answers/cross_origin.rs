//! What a page of another origin may do.

use crate::support::{Answer, Ask, POOL, Server, to};
use api::app::S3Cors;
use serde_json::json;

const ASKED: &str = "content-type,x-amz-target,x-amz-user-agent,amz-sdk-request,authorization,x-amz-date";

async fn preflight(server: &Server, uri: &str) -> Answer {
    let ask = Ask::new("OPTIONS", uri)
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", ASKED);
    server.answer(ask).await
}

#[tokio::test]
async fn any_page_may_call_the_json_services_with_whatever_headers_its_sdk_sends() {
    let mut server = Server::start().await;
    server.app.s3_cors = S3Cors::Closed;
    let answer = preflight(&server, "/").await;
    assert_eq!((answer.status, answer.text()), (200, ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("GET, POST, OPTIONS"));
    assert_eq!(answer.header("access-control-allow-headers"), Some(ASKED));
    assert_eq!(answer.header("access-control-max-age"), Some("172800"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn a_preflight_needs_no_signature_and_says_only_what_was_asked_for() {
    let server = Server::start().await;
    let answer = server.answer(Ask::new("OPTIONS", "/").header("origin", "null")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-headers"), None);
}

#[tokio::test]
async fn what_is_no_list_of_headers_is_not_echoed() {
    let server = Server::start().await;
    for asked in ["a, <script>", "a b", "", "a,,b", "a;b"] {
        let ask = Ask::new("OPTIONS", "/").header("access-control-request-headers", asked);
        let answer = server.answer(ask).await;
        assert_eq!(answer.header("access-control-allow-headers"), None, "{asked}");
    }
}

#[tokio::test]
async fn any_page_may_call_s3_only_where_that_was_opened() {
    let mut server = Server::start().await;
    let answer = preflight(&server, "/my-bucket/key").await;
    assert_eq!(answer.status, 200);
    let methods = "GET, HEAD, PUT, POST, DELETE, OPTIONS";
    assert_eq!(answer.header("access-control-allow-methods"), Some(methods));
    server.app.s3_cors = S3Cors::Closed;
    let answer = preflight(&server, "/my-bucket/key").await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.header("access-control-allow-origin"), None);
    let read = server.s3(&server.root(), Ask::new("GET", "/my-bucket/public/hello.txt")).await;
    assert_eq!((read.status, read.header("access-control-allow-origin")), (200, None));
}

#[tokio::test]
async fn a_page_can_read_errors_as_well_as_successes() {
    let mut server = Server::start().await;
    let good = json!({ "IdentityPoolId": POOL });
    for ask in [
        to("AWSCognitoIdentityService.GetId", good.to_string()),
        to("AWSCognitoIdentityService.GetId", "{"),
        to("AWSCognitoIdentityService.GetId", "x".repeat(2_000_000)),
        to("AWSCognitoIdentityService.ListIdentities", "{}"),
        to("AWSCognitoIdentityService.Nonsense", "{}"),
        to("Nonsense", "{}"),
        Ask::new("GET", "/my-bucket/public/hello.txt"),
        Ask::new("GET", "/_"),
        Ask::new("GET", "/us-east-1_AbCdEfGhI/.well-known/jwks.json"),
    ] {
        let answer = server.answer(ask).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{}", answer.text());
    }
    server.sink.break_down();
    let answer = server.identity("GetId", &json!({ "IdentityPoolId": "us-east-1:0" })).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    server.app.s3_cors = S3Cors::AnyOrigin;
    let answer = server.answer(Ask::new("GET", "/my-bucket")).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (500, Some("*")));
}
