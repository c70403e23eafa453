//! What is kept for whoever asks later why a request ended as it did.

use crate::support::{Ask, POOL, Server, alices_login, own_service, to};
use api::explanations::Standing;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

async fn explain(server: &Server, id: &str) -> Value {
    let ask = own_service("Explain").body(json!({ "RequestId": id }).to_string());
    server.signed(&server.root(), ask).await.json()
}

#[tokio::test]
async fn issuances_and_denials_are_kept_and_what_was_only_read_is_not() {
    let server = Server::start().await;
    let guest = server.guest().await;
    let kept = || server.shelf.all().len();
    assert_eq!(kept(), 1, "the credentials, and neither the identity nor what root wrote");
    assert_eq!(server.s3(&guest, Ask::new("GET", "/my-bucket/public/hello.txt")).await.status, 200);
    assert_eq!(server.s3(&guest, Ask::new("DELETE", "/my-bucket")).await.code(), "AccessDenied");
    assert_eq!(kept(), 2);
    server.identity("GetId", &json!({ "IdentityPoolId": "" })).await;
    server.answer(to("AWSCognitoIdentityService.GetId", "{")).await;
    assert_eq!(kept(), 2, "what cannot be read was denied to nobody");
    server.answer(Ask::new("GET", "/my-bucket")).await;
    assert_eq!(kept(), 3);
}

#[tokio::test]
async fn those_who_are_known_have_a_share_of_their_own() {
    let server = Server::start().await;
    let standing = || server.shelf.all().last().unwrap().standing;
    let guest = server.guest().await;
    assert_eq!(standing(), Standing::Anybody);
    server.s3(&guest, Ask::new("DELETE", "/my-bucket")).await;
    assert_eq!(standing(), Standing::Anybody, "anybody can be a guest");
    let alice = server.alice().await;
    assert_eq!(standing(), Standing::Known);
    server.s3(&alice, Ask::new("DELETE", "/my-bucket")).await;
    assert_eq!(standing(), Standing::Known);
    server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": { "unknown": "token" } })).await;
    assert_eq!(standing(), Standing::Anybody);
    assert_eq!(server.shelf.all().last().unwrap().from, IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
}

#[tokio::test]
async fn an_explanation_is_the_audits_own_record_and_more() {
    let server = Server::start().await;
    let logins = alices_login();
    let answer =
        server.identity("GetId", &json!({ "IdentityPoolId": "us-east-1:dead", "Logins": logins })).await;
    let why = explain(&server, answer.header("x-amzn-requestid").unwrap()).await;
    assert_eq!(why["Decision"], "refused");
    assert_eq!((&why["Stage"], &why["Cause"]), (&json!("Pool"), &json!("IdentityPoolUnknown")));
    assert_eq!(why["Found"], "us-east-1:dead");
    assert_eq!(why["ErrorCode"], "ResourceNotFoundException");
    let record: Value = serde_json::from_str(why["Record"].as_str().unwrap()).unwrap();
    assert_eq!(record["additionalEventData"]["diagnosis"]["cause"], "IdentityPoolUnknown");
    let absent = explain(&server, "00000000-0000-4000-8000-00000000dead").await;
    assert_eq!(absent["__type"], "ResourceNotFoundException");
}
