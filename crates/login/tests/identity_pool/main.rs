//! What a token of an identity pool must be, told by tokens that are not.

use domain::identity_pool::token::AWS_ISSUER;
use domain::signing::{Algorithm, PublicKey};
use domain::time::{Span, Timestamp};
use login::LoginRefused;
use login::identity_pool::{Issuer, VerifiedIdentity, verify};
use login::key_set::KeySet;
use login::seen::Seen;
use login::user_pool;
use serde_json::json;
use testkit::identity_pool::{guest, identity_pool, signed_in, token_keys};
use testkit::keys::RsaKey;
use testkit::tokens::{Signature, access_token, guest_token, id_token, identity_token};
use testkit::{NOW, account};

const OWN: &str = "http://127.0.0.1:9000";

const NOT_JSON: LoginRefused = LoginRefused::NotAToken("a part is not the JSON object it should be");

fn issuer() -> Issuer {
    Issuer {
        names: [OWN.to_owned(), AWS_ISSUER.to_owned()],
        keys: KeySet::of(token_keys().published(NOW).map(|key| key.public)),
        revoked_before: Timestamp::default(),
    }
}

/// Asks of a token where the good one was seen before: having been right once is good for that very token alone.
fn ask_at(token: &str, now: Timestamp) -> Result<VerifiedIdentity, LoginRefused> {
    let seen = Seen::default();
    assert!(verify(&identity_token().text(), &issuer(), &seen, NOW).is_ok());
    verify(token, &issuer(), &seen, now)
}

fn ask(token: &str) -> Result<VerifiedIdentity, LoginRefused> {
    ask_at(token, NOW)
}

#[test]
fn a_token_proves_what_its_pool_vouched_for_until_it_ends() {
    let verified = ask(&identity_token().text()).unwrap();
    assert_eq!((verified.pool(), verified.identity()), (&identity_pool().id, &signed_in().id));
    assert_eq!(verified.amr()[0], "authenticated");
    let verified = ask(&guest_token().text()).unwrap();
    assert_eq!((verified.identity(), verified.amr()), (&guest().id, &["unauthenticated".to_owned()][..]));
    let end = NOW.after(Span::from_mins(10));
    assert!(ask_at(&identity_token().text(), Timestamp::from_millis(end.millis() - 1)).is_ok());
    let refused = ask_at(&identity_token().text(), end).err();
    assert_eq!(refused, Some(LoginRefused::Expired { now: end, expired: end }));
}

#[test]
fn either_issuer_is_this_servers_and_nobody_elses_is() {
    assert!(ask(&identity_token().claim("iss", OWN).text()).is_ok());
    for iss in [
        "https://cognito-identity.amazonaws.com/",
        "http://cognito-identity.amazonaws.com",
        "https://Cognito-identity.amazonaws.com",
        "cognito-identity.amazonaws.com",
        "https://cognito-identity.amazonaws.com.evil.example",
        "http://127.0.0.1:9000/us-east-1_AbCdEfGhI",
        "",
    ] {
        let refused = ask(&identity_token().claim("iss", iss).text()).err();
        let expected = issuer().names[0].clone();
        assert_eq!(refused, Some(LoginRefused::Issuer { found: iss.to_owned(), expected }), "{iss}");
    }
}

#[test]
fn a_claim_that_is_missing_twice_there_or_of_another_type_makes_it_no_token() {
    for name in ["iss", "sub", "aud", "exp", "iat", "amr"] {
        let refused = ask(&identity_token().without_claim(name).text()).err();
        assert_eq!(refused, Some(LoginRefused::MissingClaim(name)), "{name}");
        let refused = ask(&identity_token().claim(name, json!(null)).text()).err();
        assert_eq!(refused, Some(LoginRefused::MissingClaim(name)), "{name} is null");
        let refused = ask(&identity_token().claim(name, json!({})).text()).err();
        assert_eq!(refused, Some(NOT_JSON), "{name} is an object");
        let refused = ask(&identity_token().claim_again(name, "us-east-1:0").text()).err();
        assert_eq!(refused, Some(NOT_JSON), "{name} is there twice");
    }
    for (claim, text) in [("exp", "1e308"), ("exp", "1.5"), ("iat", "99999999999999999999"), ("amr", "[1]")] {
        assert_eq!(ask(&identity_token().claim_text(claim, text).text()).err(), Some(NOT_JSON), "{claim}");
    }
}

#[test]
fn what_is_no_id_is_nobodys() {
    for id in ["", "us-east-1", "us-east-1:XYZ", "../x", "us-east-1:0 "] {
        let refused = ask(&identity_token().claim("aud", id).text()).err();
        assert_eq!(
            refused,
            Some(LoginRefused::Audience { found: id.to_owned(), listed: Vec::new() }),
            "{id}"
        );
        let refused = ask(&identity_token().claim("sub", id).text()).err();
        assert_eq!(refused, Some(LoginRefused::MissingClaim("sub")), "{id}");
    }
}

#[test]
fn the_algorithm_is_the_keys_and_never_the_tokens() {
    let rs256 = Signature::Rs256(RsaKey::IdentityTokens);
    let public = RsaKey::IdentityTokens.public_pem().into_bytes();
    for name in ["none", "nOnE", "HS256", "HS512", "RS256", "RS384", "PS512", "ES512", "EdDSA", "rs512", ""] {
        let token = identity_token().header("alg", name);
        let hmac = Signature::Hs256(public.clone());
        for signed in [token.clone(), token.clone().signed(rs256.clone()), token.signed(hmac)] {
            assert_eq!(ask(&signed.text()).err(), Some(LoginRefused::Algorithm(name.to_owned())));
        }
    }
    let other_hash = identity_token().signed(rs256);
    assert_eq!(ask(&other_hash.text()).err(), Some(LoginRefused::Signature));
    let stranger = identity_token().signed(Signature::Rs512(RsaKey::Stranger));
    assert_eq!(ask(&stranger.text()).err(), Some(LoginRefused::Signature));
    let unsigned = identity_token().signed(Signature::Bytes(Vec::new()));
    assert_eq!(ask(&unsigned.text()).err(), Some(LoginRefused::Signature));
}

#[test]
fn no_key_comes_from_a_header() {
    let stranger = RsaKey::Stranger;
    let kid = stranger.public().kid;
    let named = identity_token().header("kid", &*kid).signed(Signature::Rs512(stranger));
    for (member, value) in [
        ("jwk", stranger.public_jwk()),
        ("jku", json!("https://evil.example/keys")),
        ("x5c", json!(["MIIB"])),
        ("x5u", json!("https://evil.example/cert")),
    ] {
        let refused = ask(&named.clone().header(member, value).text()).err();
        assert_eq!(refused, Some(LoginRefused::UnknownKey(kid.clone())), "{member}");
    }
}

#[test]
fn a_token_of_a_user_pool_is_none_of_an_identity_pool_nor_the_other_way_round() {
    for token in [id_token(), access_token()] {
        let claimed = token.clone().claim("iss", AWS_ISSUER).claim("amr", json!(["authenticated"]));
        for token in [token, claimed] {
            assert!(ask(&token.text()).is_err());
        }
    }
    // Not even where one key is both: it signs by another algorithm.
    let pool = testkit::user_pool::user_pool();
    let keys = [PublicKey { alg: Algorithm::Rs256, ..RsaKey::IdentityTokens.public() }];
    let of_users = user_pool::Issuer {
        names: vec![AWS_ISSUER.to_owned()],
        keys: KeySet::of(&keys),
        pool: pool.id,
        region: account().region,
        revoked_before: Timestamp::default(),
    };
    let client = testkit::user_pool::client().id;
    let posing = identity_token().claim("token_use", "id").claim("aud", client.as_str());
    let refused = user_pool::verify(&posing.text(), &of_users, &identity_pool(), &Seen::default(), NOW).err();
    assert_eq!(refused, Some(LoginRefused::Algorithm("RS512".to_owned())));
}

#[test]
fn a_token_issued_before_everything_was_revoked_proves_nothing() {
    let at = |revoked_before| {
        verify(&identity_token().text(), &Issuer { revoked_before, ..issuer() }, &Seen::default(), NOW)
    };
    assert!(at(NOW).is_ok());
    assert_eq!(at(NOW.after(Span::from_secs(1))).err(), Some(LoginRefused::Revoked(NOW)));
}

#[test]
fn a_token_changed_in_any_one_byte_never_verifies() {
    let (seen, issuer) = (Seen::default(), issuer());
    let good = identity_token().text();
    assert!(verify(&good, &issuer, &seen, NOW).is_ok());
    let good = good.into_bytes();
    for at in 0..good.len() {
        for other in [good[at] ^ 1, good[at] ^ 2, b'.', b'A', b'='].into_iter().filter(|it| *it != good[at]) {
            let mut changed = good.clone();
            changed[at] = other;
            let changed = String::from_utf8_lossy(&changed);
            assert!(verify(&changed, &issuer, &seen, NOW).is_err(), "{changed}");
        }
    }
}

#[test]
fn a_token_says_which_tags_a_session_shall_have_and_one_that_no_session_can_have_makes_it_none() {
    let tags = |claim: serde_json::Value| identity_token().claim("https://aws.amazon.com/tags", claim).text();
    assert!(ask(&identity_token().text()).unwrap().tags().is_empty());
    let verified = ask(&tags(json!({ "principal_tags": { "who": ["alice"], "empty": [""] } }))).unwrap();
    let said: Vec<(&str, &str)> =
        verified.tags().iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    assert_eq!(said, [("empty", ""), ("who", "alice")]);
    for wrong in [
        json!({ "principal_tags": { "who": "alice" } }),
        json!({ "principal_tags": { "who": [] } }),
        json!({ "principal_tags": { "who": ["alice", "bob"] } }),
        json!({ "principal_tags": { "aws:who": ["alice"] } }),
        json!({ "principal_tags": { "who": ["*"] } }),
        json!({ "principal_tags": { "who": ["a".repeat(257)] } }),
        json!({ "principal_tags": { "who": ["a"], "WHO": ["b"] } }),
        json!({ "principal_tags": {}, "transitive_tag_keys": ["who"] }),
        json!({}),
        json!("who"),
        json!([]),
    ] {
        assert_eq!(ask(&tags(wrong.clone())).err(), Some(NOT_JSON), "{wrong}");
    }
}
