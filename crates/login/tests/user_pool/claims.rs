//! Tokens that the pool signed, or might have signed, for another purpose or another time.

use crate::{NOT_JSON, Spoiled, ask, ask_at, assert_refused};
use domain::time::{Span, Timestamp};
use login::LoginRefused;
use serde_json::{Value, json};
use testkit::NOW;
use testkit::keys::RsaKey;
use testkit::tokens::{Signature, Token, access_token, id_token, sign};
use testkit::user_pool::{client, other_client, other_user_pool, user};

const MISSING_SUB: LoginRefused = LoginRefused::MissingClaim("sub");

fn with(name: &str, value: impl Into<Value>) -> String {
    id_token().claim(name, value).text()
}

fn in_secs(offset: i64) -> i64 {
    NOW.secs() + offset
}

#[test]
fn an_issuer_that_only_looks_alike_is_refused() {
    for issuer in [
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI/",
        "https://cognito-idp.us-east-1.amazonaws.com//us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws.com/./us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws.com/x/../us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1%5FAbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdefghi",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Stranger0",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI#",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI?",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI\0",
        "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI ",
        " https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws.com./us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws.com:443/us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws\u{3002}com/us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.\u{430}mazonaws.com/us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws.com@evil.example/us-east-1_AbCdEfGhI",
        "https://evil@cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "https://cognito-idp.us-east-1.amazonaws.com.evil.example/us-east-1_AbCdEfGhI",
        "https://evil.example/cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "https://Cognito-IDP.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "HTTPS://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "http://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "//cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
        "https://127.0.0.1:9000/us-east-1_AbCdEfGhI",
        "http://127.0.0.1:9000/us-east-1_AbCdEfGhI/",
        "http://127.1:9000/us-east-1_AbCdEfGhI",
        "us-east-1_AbCdEfGhI",
        "",
    ] {
        assert_refused([("it", with("iss", issuer), of_issuer(issuer))]);
    }
}

#[test]
fn a_token_of_another_pool_of_the_same_region_is_refused() {
    let issuer = testkit::user_pool::issuers().issuer_of(&other_user_pool().id);
    let theirs = id_token()
        .claim("iss", issuer.clone())
        .header("kid", RsaKey::Stranger.public().kid)
        .signed(Signature::Rs256(RsaKey::Stranger));
    assert_refused([("it", theirs.text(), of_issuer(&issuer))]);
}

/// Refused as issued by somebody else than the pool.
fn of_issuer(found: &str) -> LoginRefused {
    let expected = "http://127.0.0.1:9000/us-east-1_AbCdEfGhI".to_owned();
    LoginRefused::Issuer { found: found.to_owned(), expected }
}

/// Refused as made out to a client that the identity pool does not list.
fn to_audience(found: &str) -> LoginRefused {
    LoginRefused::Audience { found: found.to_owned(), listed: vec![client().id.to_string()] }
}

#[test]
fn another_kind_of_token_is_refused() {
    let kind = |name: &str| LoginRefused::NotAnIdToken(name.to_owned());
    let made_out = access_token().claim("aud", client().id.as_str());
    assert_refused([
        ("an access token", access_token().text(), LoginRefused::AccessToken),
        ("an access token with an audience", made_out.text(), kind("access")),
        ("an ID token that says otherwise", with("token_use", "access"), kind("access")),
        ("a refresh token", with("token_use", "refresh"), kind("refresh")),
        ("an ID in capitals", with("token_use", "ID"), kind("ID")),
        ("no kind at all", with("token_use", ""), kind("")),
        ("two kinds", with("token_use", json!(["id", "access"])), NOT_JSON),
    ]);
}

#[test]
fn a_token_made_out_to_a_client_that_is_not_listed_is_refused() {
    let audience = |id: &str| (with("aud", id), to_audience(id));
    let row = |what, (token, refused): (String, LoginRefused)| (what, token, refused);
    let id = client().id;
    assert_refused([
        row("another client of the pool", audience(other_client().id.as_str())),
        row("nobody", audience("")),
        row("more than the client", audience(&format!("{id}x"))),
        row("less than the client", audience(id.as_str().split_at(1).1)),
        row("the client in capitals", audience(&id.as_str().to_uppercase())),
        row("the client and a blank", audience(&format!("{id} "))),
        row("any", audience("*")),
        ("a list of the client", with("aud", json!([id])), NOT_JSON),
        ("a list of several", with("aud", json!([id, other_client().id])), NOT_JSON),
        (
            "a client id beside a foreign audience",
            id_token().claim("aud", other_client().id.as_str()).claim("client_id", id.as_str()).text(),
            to_audience(other_client().id.as_str()),
        ),
    ]);
}

#[test]
fn a_token_without_a_claim_that_decides_is_refused() {
    for name in ["iss", "aud", "sub", "exp", "token_use"] {
        assert_refused([
            (name, id_token().without_claim(name).text(), LoginRefused::MissingClaim(name)),
            (name, with(name, json!(null)), LoginRefused::MissingClaim(name)),
        ]);
    }
    assert_refused([("an empty subject", with("sub", ""), MISSING_SUB)]);
}

#[test]
fn a_claim_of_another_type_is_refused() {
    for name in ["iss", "aud", "sub", "exp", "nbf", "token_use"] {
        for value in [json!(true), json!(["id"]), json!([]), json!({ "id": "id" }), json!(1.5)] {
            assert_refused([(name, with(name, value), NOT_JSON)]);
        }
    }
    for name in ["iss", "aud", "sub", "token_use"] {
        assert_refused([(name, with(name, 0), NOT_JSON)]);
    }
}

#[test]
fn a_claim_that_is_made_twice_is_refused() {
    let twice = |name: &'static str, value: Value| -> Spoiled {
        (name, id_token().claim_again(name, value).text(), NOT_JSON)
    };
    assert_refused([
        twice("sub", json!("mallory")),
        twice("sub", json!(user().sub)),
        twice("iss", json!("https://evil.example")),
        twice("aud", json!(other_client().id)),
        twice("exp", json!(in_secs(1_000_000))),
        twice("token_use", json!("id")),
        twice("email", json!("mallory@example.com")),
        ("one that only rules read", id_token().claim_text("x", "1,\"x\":2").text(), NOT_JSON),
        ("within a claim", id_token().claim_text("address", r#"{"a":1,"a":2}"#).text(), NOT_JSON),
    ]);
    let escaped = r#"{"sub":"alice","s\u0075b":"mallory"}"#;
    let header = json!({ "kid": RsaKey::IdTokens.public().kid, "alg": "RS256" }).to_string();
    assert_refused([("in disguise", sign(header, escaped, &Signature::Rs256(RsaKey::IdTokens)), NOT_JSON)]);
}

#[test]
fn a_subject_that_nobody_can_have_is_refused() {
    assert_refused([
        ("a NUL", with("sub", "alice\0"), MISSING_SUB),
        ("a line feed", with("sub", "alice\nmallory"), MISSING_SUB),
        ("a control character of Unicode", with("sub", "alice\u{85}"), MISSING_SUB),
        ("256 characters", with("sub", "a".repeat(256)), MISSING_SUB),
        ("ten megabytes", with("sub", "a".repeat(10_000_000)), MISSING_SUB),
        ("half a surrogate pair", id_token().claim_text("sub", r#""\ud800""#).text(), NOT_JSON),
    ]);
}

fn expired(exp: i64) -> LoginRefused {
    LoginRefused::Expired { now: NOW, expired: Timestamp::from_secs(exp) }
}

#[test]
fn a_token_that_is_over_is_refused() {
    let row = |what, exp: i64| (what, with("exp", exp), expired(exp));
    assert_refused([
        row("a second ago", in_secs(-1)),
        row("at this very moment", in_secs(0)),
        row("at the epoch", 0),
        row("before the epoch", -1),
        row("before time", i64::MIN),
    ]);
}

#[test]
fn a_token_lives_to_its_last_millisecond() {
    let token = with("exp", in_secs(1));
    assert!(ask_at(&token, Timestamp::from_millis(NOW.millis() + 999)).is_ok());
    let end = NOW.after(Span::from_secs(1));
    assert_eq!(ask_at(&token, end), Err(LoginRefused::Expired { now: end, expired: end }));
}

#[test]
fn an_end_that_is_no_whole_number_of_seconds_is_refused() {
    let exp = |json: &str| id_token().claim_text("exp", json).text();
    assert_refused([
        ("a text", exp(r#""1767326645""#), NOT_JSON),
        ("a fraction", exp("1767326645.5"), NOT_JSON),
        ("a float", exp("1767326645.0"), NOT_JSON),
        ("an exponent", exp("2e9"), NOT_JSON),
        ("beyond 64 bits", exp("9223372036854775808"), NOT_JSON),
        ("beyond 64 bits, negative", exp("-9223372036854775809"), NOT_JSON),
        ("a thousand digits", exp(&"9".repeat(1000)), NOT_JSON),
        ("the end of floats", exp("1e308"), NOT_JSON),
        ("beyond floats", exp("1e999"), NOT_JSON),
        ("no number", exp("NaN"), NOT_JSON),
        ("endless", exp("Infinity"), NOT_JSON),
        ("hexadecimal", exp("0x7fffffff"), NOT_JSON),
        ("with a leading zero", exp("01767326645"), NOT_JSON),
    ]);
}

#[test]
fn an_end_in_the_farthest_future_overflows_nothing() {
    let login = ask(&with("exp", i64::MAX)).unwrap();
    assert_eq!(login.expires(), Timestamp::from_millis(i64::MAX));
}

#[test]
fn a_token_that_begins_later_is_refused_until_then() {
    let later = |nbf| LoginRefused::NotYetValid(Timestamp::from_secs(nbf));
    assert_refused([
        ("in a second", with("nbf", in_secs(1)), later(in_secs(1))),
        ("never", with("nbf", i64::MAX), later(i64::MAX)),
        ("a text", with("nbf", "0"), NOT_JSON),
    ]);
    for nbf in [json!(in_secs(0)), json!(0), json!(i64::MIN), json!(null)] {
        assert!(ask(&with("nbf", nbf.clone())).is_ok(), "{nbf}");
    }
}

#[test]
fn of_several_faults_the_first_in_the_order_of_aws_is_told() {
    type Fault = (fn(Token) -> Token, LoginRefused);
    let order: [Fault; 7] = [
        (|token| token.claim("iss", "evil"), of_issuer("evil")),
        (|token| token.without_claim("aud"), LoginRefused::AccessToken),
        (|token| token.claim("token_use", "access"), LoginRefused::NotAnIdToken("access".to_owned())),
        (|token| token.claim("exp", 0), expired(0)),
        (|token| token.claim("nbf", in_secs(9)), LoginRefused::NotYetValid(Timestamp::from_secs(in_secs(9)))),
        (|token| token.signed(Signature::Bytes(vec![0; 256])), LoginRefused::Signature),
        (|token| token.claim("aud", "other"), to_audience("other")),
    ];
    for (at, (_, refused)) in order.iter().enumerate() {
        let spoil = |token, (spoil, _): &Fault| spoil(token);
        // Backwards, so that a claim which an earlier fault takes away is away in the end.
        let token = order[at..].iter().rev().fold(id_token(), spoil);
        assert_refused([("it", token.text(), refused.clone())]);
    }
}

#[test]
fn claims_that_decide_nothing_may_be_anything() {
    let token = id_token()
        .claim("email", json!(["a", 1]))
        .claim("azp", "somebody")
        .claim("client_id", other_client().id.as_str())
        .claim_text("note", "-1.5e-300");
    assert!(ask(&token.text()).is_ok());
}

#[test]
fn a_proven_login_says_all_that_its_token_says() {
    let token = id_token().claim("custom:level", 7).claim("cognito:roles", json!(["a", "b"]));
    let login = ask(&token.text()).unwrap();
    assert_eq!(login.claims().get("custom:level"), Some(&json!(7)));
    assert_eq!(login.claims().text("cognito:roles").as_deref(), Some(r#"["a","b"]"#));
    assert_eq!(login.claims().text("sub").as_deref(), Some(user().sub.as_str()));
    assert_eq!(login.claims().get("custom:absent"), None);
}

#[test]
fn a_claim_that_is_nested_too_deep_is_refused() {
    let deep =
        |levels: usize| id_token().claim_text("x", &format!("{}{}", "[".repeat(levels), "]".repeat(levels)));
    assert!(ask(&deep(60).text()).is_ok());
    assert_refused([
        ("deeper than any model", deep(70).text(), NOT_JSON),
        ("ten thousand levels", deep(10_000).text(), NOT_JSON),
    ]);
}
