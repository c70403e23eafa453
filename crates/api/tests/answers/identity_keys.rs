//! The keys of the tokens of identities: where others find them, and how they change.

use crate::support::{Answer, Ask, Server, own_service};
use api::cognito_identity::token_keys::rotate_if_due;
use api::key_making::{KeyMaker, KeyMaking};
use broker::House;
use broker::iam::revocations::revoke_everything;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use domain::records::Breakdown;
use domain::signing::FreshKey;
use domain::time::Span;
use domain::user_pool::pool::{IssuerBase, Issuers};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use store::Store;
use store::breaking::{Breaking, Moment};
use store::memory::Memory;
use testkit::account;
use testkit::keys::RsaKey;

const KEYS: &str = "/.well-known/jwks_uri";
const CONFIGURATION: &str = "/.well-known/openid-configuration";

async fn get(server: &Server, path: &str) -> Answer {
    let answer = server.answer(Ask::new("GET", path)).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    answer
}

async fn keys(server: &Server) -> Vec<Value> {
    let answer = get(server, KEYS).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    answer.json()["keys"].as_array().unwrap().clone()
}

async fn names(server: &Server) -> Vec<String> {
    keys(server).await.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn rotate(server: &Server) -> String {
    server.signed(&server.root(), own_service("RotateKeys")).await.member("/IdentityTokenKey")
}

/// A server whose keys differ, as a machine's do.
async fn start() -> Server {
    let mut server = Server::start().await;
    server.makes_keys_anew();
    server
}

#[tokio::test]
async fn a_key_is_published_as_numbers_and_in_a_certificate_that_holds_the_same_numbers() {
    let server = Server::start().await;
    let [key] = <[Value; 1]>::try_from(keys(&server).await).unwrap();
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&"RSA".into(), &"RS512".into(), &"sig".into()));
    let modulus = BASE64URL_NOPAD.decode(key["n"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!((modulus.len(), key["e"].as_str()), (256, Some("AQAB")));
    let chain = key["x5c"].as_array().unwrap();
    assert_eq!(chain.len(), 1);
    let certificate = BASE64.decode(chain[0].as_str().unwrap().as_bytes()).unwrap();
    assert!(certificate.windows(modulus.len()).any(|part| part == modulus));
    assert!(key.get("d").is_none() && key.get("p").is_none(), "nothing that could sign");
}

#[tokio::test]
async fn the_documents_are_at_the_root_and_what_they_say_is_where_they_were_asked_for() {
    let server = Server::start().await;
    let answer = server.answer(Ask::new("GET", CONFIGURATION).header("host", "cenote.example")).await;
    assert_eq!(answer.member("/issuer"), "https://cognito-identity.amazonaws.com", "what tokens carry");
    assert_eq!(answer.member("/jwks_uri"), "http://cenote.example/.well-known/jwks_uri");
    assert_eq!(answer.json()["id_token_signing_alg_values_supported"], serde_json::json!(["RS512"]));
    assert_eq!(server.answer(Ask::new("GET", CONFIGURATION).without("host")).await.status, 400);
    for method in ["HEAD", "OPTIONS"] {
        assert_eq!(server.answer(Ask::new(method, KEYS)).await.status, 200, "{method}");
    }
    for (method, path) in [("PUT", KEYS), ("DELETE", CONFIGURATION), ("GET", "/.well-known/jwks.json")] {
        assert_eq!(server.answer(Ask::new(method, path)).await.status, 404, "{method} {path}");
    }
    let of_bucket = Ask::new("GET", KEYS).header("host", "my-bucket.localhost:9000");
    assert_eq!(
        server.answer(of_bucket).await.code(),
        "AccessDenied",
        "all paths of a bucket's host are keys"
    );
}

#[tokio::test]
async fn an_issuer_of_the_operators_own_is_where_the_keys_are() {
    let mut server = Server::start().await;
    let own = IssuerBase::parse("https://login.example").unwrap();
    server.app.house = House::new(account(), Issuers::new(&account().region, Some(own)));
    let answer = server.answer(Ask::new("GET", CONFIGURATION).header("host", "evil.example")).await;
    assert_eq!(answer.member("/issuer"), "https://login.example");
    assert_eq!(answer.member("/jwks_uri"), "https://login.example/.well-known/jwks_uri");
}

#[tokio::test]
async fn the_first_who_asks_makes_the_keys_and_everybody_gets_the_same() {
    let server = start().await;
    let (one, other) = tokio::join!(names(&server), names(&server));
    assert_eq!(one, other);
    assert_eq!(names(&server).await, one);
}

#[tokio::test]
async fn a_rotated_key_stays_published_for_as_long_as_what_it_signed_can_live() {
    let server = start().await;
    let first = names(&server).await.remove(0);
    let second = rotate(&server).await;
    assert_ne!(first, second);
    assert_eq!(names(&server).await, [second.clone(), first.clone()]);
    server.wait(Span::from_hours(24));
    let third = rotate(&server).await;
    assert_eq!(names(&server).await, [third.clone(), second.clone(), first]);
    server.wait(Span::from_hours(2));
    assert_eq!(names(&server).await, [third.clone(), second], "what the first signed is over");
    server.wait(Span::from_hours(24));
    assert_eq!(names(&server).await, [third]);
}

#[tokio::test]
async fn a_key_that_signed_for_a_month_is_replaced_and_none_is_made_where_none_is_used() {
    let server = start().await;
    rotate_if_due(&server.app).await.unwrap();
    let first = names(&server).await;
    assert_eq!(first.len(), 1);
    server.wait(Span::from_hours(30 * 24 - 1));
    rotate_if_due(&server.app).await.unwrap();
    assert_eq!(names(&server).await, first);
    server.wait(Span::from_hours(1));
    rotate_if_due(&server.app).await.unwrap();
    let both = names(&server).await;
    assert_eq!(both[1..], first);
    rotate_if_due(&server.app).await.unwrap();
    assert_eq!(names(&server).await, both);
}

#[tokio::test]
async fn keys_from_before_everything_was_revoked_are_published_no_more() {
    let server = start().await;
    let before = names(&server).await;
    rotate(&server).await;
    let now = server.now();
    // The second in which it happens is from before as well.
    server.write(|records| drop(revoke_everything(records, now))).await;
    let after = names(&server).await;
    assert_eq!(after.len(), 1);
    assert_ne!(after, before);
    assert_eq!(names(&server).await, after, "also where it was made in that second");
}

/// Counts the keys that it makes.
#[derive(Default)]
struct Counting(AtomicUsize);

impl KeyMaker for Counting {
    fn make_rsa(&self) -> Result<FreshKey, Breakdown> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(RsaKey::Stranger.fresh())
    }
}

#[tokio::test]
async fn a_key_that_was_made_and_could_not_be_kept_is_not_made_again() {
    let mut server = Server::start().await;
    let mut broken = 0;
    for nth in 1..6 {
        let maker = Arc::new(Counting::default());
        server.app.key_making = KeyMaking::new(maker.clone());
        server.app.store =
            Store::new(Arc::new(Breaking::new(Arc::new(Memory::default()), nth, Moment::Before)));
        let first = get(&server, KEYS).await;
        broken += usize::from(first.status == 500);
        assert_eq!(names(&server).await, names(&server).await);
        assert_eq!(maker.0.load(Ordering::SeqCst), 1, "the store breaks at call {nth}");
    }
    assert!(broken >= 3, "it broke {broken} times");
}
