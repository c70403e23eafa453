//! What an ID token of a user pool must be, told by tokens that are not.

mod claims;
mod shape;
mod signature;

use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::signing::PublicKey;
use domain::time::{Span, Timestamp};
use domain::user_pool::pool::{IssuerBase, Issuers};
use login::key_set::KeySet;
use login::seen::Seen;
use login::user_pool::{Issuer, verify};
use login::{LoginRefused, VerifiedLogin};
use testkit::identity_pool::identity_pool;
use testkit::keys::RsaKey;
use testkit::tokens::id_token;
use testkit::user_pool::{client, user, user_pool};
use testkit::{NOW, account};

/// A token that is refused: what is wrong with it, the token and the reason to be given.
type Spoiled = (&'static str, String, LoginRefused);

const NOT_JSON: LoginRefused = LoginRefused::NotAToken("a part is not the JSON object it should be");
const NOT_BASE64URL: LoginRefused = LoginRefused::NotAToken("a part is not base64url");

/// The user pool as an issuer in AWS's form and as `http://127.0.0.1:9000`.
fn issuer() -> Issuer {
    let pool = user_pool();
    let issuers = Issuers::new(&account().region, IssuerBase::parse("http://127.0.0.1:9000").ok());
    Issuer {
        names: issuers.names_of(&pool.id),
        keys: KeySet::of(pool.keys.public()),
        pool: pool.id,
        region: account().region,
        revoked_before: Timestamp::default(),
    }
}

fn ask(token: &str) -> Result<VerifiedLogin, LoginRefused> {
    ask_at(token, NOW)
}

/// Asks of a token where the good one was seen before: having been right once is good for that very token alone.
fn ask_at(token: &str, now: Timestamp) -> Result<VerifiedLogin, LoginRefused> {
    let (seen, good) = (Seen::default(), id_token().text());
    assert!(verify(&good, &issuer(), &identity_pool(), &seen, NOW).is_ok());
    verify(token, &issuer(), &identity_pool(), &seen, now)
}

#[track_caller]
fn assert_refused(table: impl IntoIterator<Item = Spoiled>) {
    let wrong: Vec<String> = table
        .into_iter()
        .map(|(what, token, expected)| (what, ask(&token).err(), expected))
        .filter(|(_, refused, expected)| refused.as_ref() != Some(expected))
        .map(|(what, refused, expected)| format!("{what}: expected {expected:?}, was {refused:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_token_of_the_pool_proves_its_user_until_it_ends() {
    let login = ask(&id_token().text()).unwrap();
    assert_eq!(login.key(), &LoginKey::of_user_pool(&user_pool().id, &account().region, &user().sub));
    assert_eq!(login.client(), &client().id);
    assert_eq!(login.expires(), NOW.after(Span::from_hours(1)));
}

#[test]
fn both_forms_of_the_issuer_prove_the_same_login() {
    let own = id_token().claim("iss", "http://127.0.0.1:9000/us-east-1_AbCdEfGhI").text();
    let [own, aws] = [own, id_token().text()].map(|token| ask(&token).unwrap());
    assert_eq!(own.key(), aws.key());
}

#[test]
fn a_login_is_proven_to_the_pool_that_was_asked_and_to_no_other() {
    let login = ask(&id_token().text()).unwrap();
    assert!(login.is_proven_to(&identity_pool().id));
    assert!(!login.is_proven_to(&IdentityPoolId::parse("us-east-1:1234567890abcde0").unwrap()));
}

#[test]
fn an_identity_pool_that_lists_the_client_under_another_user_pool_refuses_it() {
    let mut elsewhere = identity_pool();
    elsewhere.user_pools[0].user_pool = testkit::user_pool::other_user_pool().id;
    let empty = IdentityPool { user_pools: Vec::new(), ..identity_pool() };
    for pool in [elsewhere, empty] {
        let answer = verify(&id_token().text(), &issuer(), &pool, &Seen::default(), NOW);
        assert_eq!(
            answer,
            Err(LoginRefused::Audience { found: client().id.to_string(), listed: Vec::new() })
        );
    }
}

#[test]
fn a_token_issued_before_everything_was_revoked_proves_nothing() {
    let at = |revoked_before, token: &str| {
        verify(token, &Issuer { revoked_before, ..issuer() }, &identity_pool(), &Seen::default(), NOW)
    };
    let good = id_token().text();
    assert!(at(NOW, &good).is_ok());
    assert_eq!(at(NOW.after(Span::from_secs(1)), &good), Err(LoginRefused::Revoked(NOW)));
    let undated = id_token().without_claim("iat").text();
    assert_eq!(at(NOW, &undated), Err(LoginRefused::Revoked(Timestamp::default())));
    assert!(at(Timestamp::default(), &undated).is_ok());
}

#[test]
fn an_issuer_without_keys_proves_nothing() {
    let keyless = Issuer { keys: KeySet::default(), ..issuer() };
    let answer = verify(&id_token().text(), &keyless, &identity_pool(), &Seen::default(), NOW);
    assert_eq!(answer, Err(LoginRefused::UnknownKey(user_pool().keys.id.public.kid)));
}

#[test]
fn a_token_changed_in_any_one_byte_never_verifies() {
    let good = id_token().text().into_bytes();
    for at in 0..good.len() {
        let others = [good[at] ^ 1, good[at] ^ 2, good[at] ^ 32, b'.', b'A', b'_', b'=', 0];
        for other in others.into_iter().filter(|other| *other != good[at]) {
            let mut changed = good.clone();
            changed[at] = other;
            assert_never_verifies(&changed);
        }
    }
}

#[test]
fn a_token_with_a_byte_lost_doubled_or_swapped_never_verifies() {
    let good = id_token().text().into_bytes();
    for at in 0..good.len() {
        assert_never_verifies(&good[..at]);
        assert_never_verifies(&[&good[..at], &good[at + 1..]].concat());
        assert_never_verifies(&[&good[..=at], &good[at..]].concat());
        let mut swapped = good.clone();
        swapped.swap(at, (at + 1) % good.len());
        if swapped != good {
            assert_never_verifies(&swapped);
        }
    }
}

#[test]
fn a_signature_that_was_seen_is_no_other_keys() {
    let seen = Seen::default();
    assert!(verify(&id_token().text(), &issuer(), &identity_pool(), &seen, NOW).is_ok());
    let stranger = PublicKey { kid: user_pool().keys.id.public.kid, ..RsaKey::Stranger.public() };
    let imposter = Issuer { keys: KeySet::of([&stranger]), ..issuer() };
    let answer = verify(&id_token().text(), &imposter, &identity_pool(), &seen, NOW);
    assert_eq!(answer, Err(LoginRefused::Signature));
}

#[test]
fn bytes_without_sense_never_verify() {
    let mut state = 1_u64;
    let mut die = || {
        // Knuth's MMIX generator: the same bytes on every run.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    for length in 0..400 {
        let mut noise = || -> Vec<u8> { (0..length).map(|_| die()).collect() };
        let [raw, header, payload, signature] = [noise(), noise(), noise(), noise()];
        assert_never_verifies(&raw);
        let encode = |part| testkit::tokens::encode(part);
        assert_never_verifies(
            format!("{}.{}.{}", encode(header), encode(payload), encode(signature)).as_bytes(),
        );
    }
}

#[track_caller]
fn assert_never_verifies(token: &[u8]) {
    let token = String::from_utf8_lossy(token);
    assert!(ask(&token).is_err(), "{token}");
}
