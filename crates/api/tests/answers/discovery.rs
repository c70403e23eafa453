//! Where a library finds the keys of a user pool: here, never at somebody else's.

use crate::support::{Ask, Server};
use api::router::{Peer, answer};
use broker::House;
use broker::iam::circumstances::Transport;
use domain::user_pool::pool::{IssuerBase, Issuers};
use http_body_util::BodyExt;
use std::net::{IpAddr, Ipv4Addr};
use testkit::account;

const KEYS: &str = "/us-east-1_AbCdEfGhI/.well-known/jwks.json";

fn configuration() -> Ask {
    Ask::new("GET", "/us-east-1_AbCdEfGhI/.well-known/openid-configuration")
}

#[tokio::test]
async fn the_keys_are_where_the_document_was_asked_for() {
    let server = Server::start().await;
    for host in ["localhost:9000", "127.0.0.1", "[::1]:9000", "cenote.example", "my_host.internal:1"] {
        let answer = server.answer(configuration().header("host", host)).await;
        assert_eq!(answer.member("/jwks_uri"), format!("http://{host}{KEYS}"));
        let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI";
        assert_eq!(answer.member("/issuer"), issuer, "what tokens carry");
    }
}

#[tokio::test]
async fn over_an_encrypted_connection_the_keys_are_found_over_one() {
    let server = Server::start().await;
    let peer =
        Peer { address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), transport: Transport::Encrypted(None) };
    let answered = answer(&server.app, configuration().request(), peer).await;
    let body = answered.response.into_body().collect().await.unwrap().to_bytes();
    let document: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(document["jwks_uri"], format!("https://localhost:9000{KEYS}"));
}

#[tokio::test]
async fn a_host_that_is_none_is_named_in_no_document() {
    let server = Server::start().await;
    for host in [
        "",
        "evil.example/",
        "evil.example#",
        "evil.example?x",
        "somebody@evil.example",
        "a b",
        "a\"b",
        "a%41",
        "a:",
        "a:x",
        "a:65536",
        "a:+1",
        ":9000",
        "[::1",
        "[::g]",
        "::1",
    ] {
        let answer = server.answer(configuration().header("host", host)).await;
        assert_eq!(answer.status, 400, "`{host}`: {}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    assert_eq!(server.answer(configuration().without("host")).await.status, 400);
    let twice = configuration().also("host", "evil.example");
    assert_eq!(server.answer(twice).await.status, 400, "of two hosts none is believed");
    let absolute = "http://real.example/us-east-1_AbCdEfGhI/.well-known/openid-configuration";
    let answer = server.answer(Ask::new("GET", absolute).header("host", "evil.example")).await;
    assert_eq!(answer.member("/jwks_uri"), format!("http://real.example{KEYS}"), "as RFC 9112 says");
}

#[tokio::test]
async fn an_issuer_of_the_operators_own_says_where_the_keys_are() {
    let mut server = Server::start().await;
    let own = IssuerBase::parse("https://login.example").unwrap();
    server.app.house = House::new(account(), Issuers::new(&account().region, Some(own)));
    for ask in
        [configuration(), configuration().header("host", "evil.example"), configuration().without("host")]
    {
        let answer = server.answer(ask).await;
        assert_eq!(answer.member("/issuer"), "https://login.example/us-east-1_AbCdEfGhI");
        assert_eq!(answer.member("/jwks_uri"), format!("https://login.example{KEYS}"));
    }
}
