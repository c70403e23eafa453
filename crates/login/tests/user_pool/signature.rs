//! Tokens that the pool did not sign. Source of the classes: RFC 8725 section 2.

use crate::{NOT_JSON, Spoiled, ask, assert_refused};
use login::LoginRefused;
use serde_json::json;
use testkit::keys::RsaKey;
use testkit::tokens::{Signature, Token, encode, id_token, sign};
use testkit::user_pool::user_pool;

fn id_kid() -> String {
    user_pool().keys.id.public.kid
}

fn stranger_kid() -> String {
    RsaKey::Stranger.public().kid
}

fn algorithm(name: &str) -> LoginRefused {
    LoginRefused::Algorithm(name.to_owned())
}

fn unknown_key(kid: &str) -> LoginRefused {
    LoginRefused::UnknownKey(kid.to_owned())
}

/// A good token but for its signature: the header and claims are the pool's.
fn signed_with(bytes: impl Into<Vec<u8>>) -> String {
    id_token().signed(Signature::Bytes(bytes.into())).text()
}

fn good_signature() -> Vec<u8> {
    let signature = id_token().parts()[2].clone();
    data_encoding::BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap_or_default()
}

#[test]
fn no_other_algorithm_is_accepted_whatever_the_signature() {
    for name in [
        "none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512", "RS384", "RS512", "PS256", "PS384",
        "PS512", "ES256", "ES256K", "ES384", "ES512", "EdDSA", "Ed25519", "dir", "RSA-OAEP", "rs256",
        "RS256 ", " RS256", "RS256\0", "RS25", "RS2566", "",
    ] {
        let token = id_token().header("alg", name);
        assert_refused([
            ("the pool's own signature", token.text(), algorithm(name)),
            ("no signature", token.clone().signed(Signature::Bytes(Vec::new())).text(), algorithm(name)),
            ("64 zeros", token.clone().signed(Signature::Bytes(vec![0; 64])).text(), algorithm(name)),
            ("RSASSA-PSS", token.clone().signed(Signature::Ps256(RsaKey::IdTokens)).text(), algorithm(name)),
            ("a stranger's", token.signed(Signature::Rs256(RsaKey::Stranger)).text(), algorithm(name)),
        ]);
    }
}

#[test]
fn a_header_that_names_no_algorithm_is_refused() {
    let alg = |value| id_token().header("alg", value).text();
    assert_refused([
        ("missing", id_token().without_header("alg").text(), NOT_JSON),
        ("null", alg(json!(null)), NOT_JSON),
        ("a number", alg(json!(256)), NOT_JSON),
        ("a list", alg(json!(["RS256"])), NOT_JSON),
        ("named twice", id_token().header_again("alg", "RS256").text(), NOT_JSON),
        ("named twice, then none", id_token().header_again("alg", "none").text(), NOT_JSON),
    ]);
}

#[test]
fn the_public_key_is_no_secret_to_sign_with() {
    let key = RsaKey::IdTokens;
    let secrets = [
        ("PEM", key.public_pem().into_bytes()),
        ("PEM without the last line feed", key.public_pem().trim_end().as_bytes().to_vec()),
        ("DER", key.public_der()),
        ("JWK text", key.public_jwk().to_string().into_bytes()),
        ("modulus", key.public().n.into_bytes()),
        ("key id", id_kid().into_bytes()),
        ("nothing", Vec::new()),
    ];
    assert_refused(secrets.into_iter().flat_map(|(what, secret)| -> [Spoiled; 2] {
        let signed = id_token().signed(Signature::Hs256(secret));
        [
            (what, signed.clone().header("alg", "HS256").text(), algorithm("HS256")),
            (what, signed.text(), LoginRefused::Signature),
        ]
    }));
}

#[test]
fn a_signature_that_the_pool_did_not_make_is_refused() {
    let good = good_signature();
    let longer = [good.as_slice(), &[0]].concat();
    let padded = [&[0], good.as_slice()].concat();
    let other_claims = id_token().claim("sub", "mallory");
    let [header, _, signature] = id_token().parts();
    let moved = format!("{header}.{}.{signature}", other_claims.parts()[1]);
    let with = |signature| id_token().signed(signature).text();
    assert_refused([
        ("none", signed_with([]), LoginRefused::Signature),
        ("one byte", signed_with([0]), LoginRefused::Signature),
        ("zeros", signed_with([0; 256]), LoginRefused::Signature),
        ("ones", signed_with([255; 256]), LoginRefused::Signature),
        ("a byte short", signed_with(good.get(..255).unwrap_or_default()), LoginRefused::Signature),
        ("a zero appended", signed_with(longer), LoginRefused::Signature),
        ("a zero put before", signed_with(padded), LoginRefused::Signature),
        ("twice", signed_with([good.clone(), good].concat()), LoginRefused::Signature),
        ("PSS by the pool's key", with(Signature::Ps256(RsaKey::IdTokens)), LoginRefused::Signature),
        ("a stranger's", with(Signature::Rs256(RsaKey::Stranger)), LoginRefused::Signature),
        ("the pool's other key's", with(Signature::Rs256(RsaKey::AccessTokens)), LoginRefused::Signature),
        ("another token's", moved, LoginRefused::Signature),
    ]);
}

#[test]
fn a_key_that_the_pool_does_not_have_is_unknown() {
    let named = |kid: &str| (id_token().header("kid", kid).text(), unknown_key(kid));
    let row = |what, (token, refused): (String, LoginRefused)| (what, token, refused);
    let strangers = id_token().header("kid", stranger_kid()).signed(Signature::Rs256(RsaKey::Stranger));
    let long = "k".repeat(10_000);
    assert_refused([
        ("missing", id_token().without_header("kid").text(), unknown_key("")),
        row("empty", named("")),
        row("traversal", named("../../x")),
        row("the root's null device", named("../../../../../../dev/null")),
        row("a query", named("' UNION SELECT 'secret' -- ")),
        row("an address", named("https://evil.example/jwks.json")),
        row("the good one and a path", named(&format!("../{}", id_kid()))),
        row("the good one without padding", named(id_kid().trim_end_matches('='))),
        row("the good one and a blank", named(&format!("{} ", id_kid()))),
        row("the good one and a NUL", named(&format!("{}\0", id_kid()))),
        row("the good one in lower case", named(&id_kid().to_lowercase())),
        ("another pool's key", strangers.text(), unknown_key(&stranger_kid())),
        ("told only in part", id_token().header("kid", long).text(), unknown_key(&"k".repeat(200))),
    ]);
}

#[test]
fn a_key_id_that_is_no_text_is_refused() {
    assert_refused([
        ("null", id_token().header("kid", json!(null)).text(), NOT_JSON),
        ("a number", id_token().header("kid", 0).text(), NOT_JSON),
        ("a list", id_token().header("kid", json!([id_kid()])).text(), NOT_JSON),
        ("named twice", id_token().header_again("kid", stranger_kid()).text(), NOT_JSON),
    ]);
}

/// The header members that bring a key along, or say where one is.
fn with_brought_keys(token: Token) -> [Token; 5] {
    [
        token.clone().header("jwk", RsaKey::Stranger.public_jwk()),
        token.clone().header("jku", "https://evil.example/jwks.json"),
        token.clone().header("x5u", "https://evil.example/cert.pem"),
        token.clone().header("x5c", json!([data_encoding::BASE64.encode(&RsaKey::Stranger.public_der())])),
        token.header("x5t#S256", encode([0; 32])),
    ]
}

#[test]
fn a_key_that_the_token_brings_along_is_not_looked_at() {
    for token in with_brought_keys(id_token()) {
        assert!(ask(&token.text()).is_ok(), "{token:?}");
    }
    let forged = id_token().signed(Signature::Rs256(RsaKey::Stranger));
    for token in with_brought_keys(forged) {
        let strangers = token.clone().header("kid", stranger_kid());
        assert_refused([
            ("under the pool's name", token.text(), LoginRefused::Signature),
            ("under its own name", strangers.text(), unknown_key(&stranger_kid())),
            ("without a name", token.without_header("kid").text(), unknown_key("")),
        ]);
    }
}

#[test]
fn a_header_that_asks_for_an_extension_is_refused() {
    let extension = LoginRefused::NotAToken("it asks for an extension");
    let with = |name, value| id_token().header(name, value).text();
    assert_refused([
        ("critical", with("crit", json!(["exp"])), extension.clone()),
        ("critical, unknown", with("crit", json!(["http://example.com/UNDEFINED"])), extension.clone()),
        ("critical, but nothing", with("crit", json!([])), extension.clone()),
        ("critical null", with("crit", json!(null)), extension.clone()),
        ("not encoded", with("b64", json!(false)), extension.clone()),
        ("encoded, as ever", with("b64", json!(true)), extension.clone()),
        ("encoding null", with("b64", json!(null)), extension),
    ]);
}

#[test]
fn encryption_is_not_taken_for_a_signature() {
    let parts = LoginRefused::NotAToken("it has more than three parts");
    let claims = id_token().parts()[1].clone();
    let jwe_header =
        encode(json!({ "kid": id_kid(), "alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT" }).to_string());
    let wrapped_header = json!({ "kid": id_kid(), "alg": "dir", "enc": "A256GCM", "cty": "JWT" }).to_string();
    let unsigned = format!("{}.{claims}.", encode(r#"{"alg":"none"}"#));
    let nested = id_token().header("cty", "JWT").parts()[0].clone();
    let inner = sign(r#"{"cty":"JWT"}"#, id_token().text(), &Signature::Rs256(RsaKey::IdTokens));
    assert_refused([
        ("encrypted", format!("{jwe_header}.{claims}.AAAA.{claims}.AAAA"), parts.clone()),
        ("encrypted, no key", format!("{jwe_header}..AAAA.{claims}.AAAA"), parts),
        ("in three parts", sign(&wrapped_header, &unsigned, &Signature::Bytes(Vec::new())), NOT_JSON),
        ("claims in clear", format!("{}.{claims}.", encode(wrapped_header)), algorithm("dir")),
        ("a token as the payload", format!("{nested}.{}.AAAA", encode(unsigned)), NOT_JSON),
        ("a good token as the payload", inner, NOT_JSON),
    ]);
}
