//! Keys that are no keys, or too weak to prove anything.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;
use domain::signing::PublicKey;
use login::LoginRefused;
use login::jws::UnverifiedToken;
use login::key_set::KeySet;
use login::seen::Seen;
use testkit::keys::RsaKey;
use testkit::tokens::{Signature, id_token};

/// A key of 1024 bits, and a token that its private half, long gone, signed.
const SMALL_N: &str = "xkhF_XQAf5wdZJbbo5poNsaJzNizaMdWoZ42YhbFidtPELGEplRh4ec4p9vlaesrwS1h7uZpQs13hin8nXa4IAYd09wM4tXbPvcnAMrjx\
    FAG4rsXf3ihJQvyTPpzdjlm6elJjttDCx8Xm_3HSlH1qxtSjE3WNEEDeZejpT0Xzys";
const SIGNED_BY_SMALL: &str = "eyJraWQiOiJzbWFsbCIsImFsZyI6IlJTMjU2In0.e30.E7mmQXUmUd5E4sLXFPbnSRugx-1fqfIlDdv53kA4uUnyfrcMwh1Ye1eYP7yOm\
    CPdp7R7bZjoswgifsI7wJawyZFrV2fulhM8mRfLk-ukEbY6zY2orzKBK-J3_U3kbAVWoneM4xWCL2cgm__xFzTO4RnTnKa7WppMceGmEu6n1xI";

fn check(token: &str, keys: &[PublicKey]) -> Result<(), LoginRefused> {
    let seen = Seen::default();
    UnverifiedToken::read(token, &seen)?.check_signature(&KeySet::of(keys), &seen)
}

fn id_key() -> PublicKey {
    RsaKey::IdTokens.public()
}

#[test]
fn a_key_of_1024_bits_proves_nothing_even_by_a_true_signature() {
    let small = PublicKey { kid: "small".to_owned(), n: SMALL_N.to_owned(), ..id_key() };
    assert_eq!(BASE64URL_NOPAD.decode(small.n.as_bytes()).unwrap().len(), 128);
    assert_eq!(check(SIGNED_BY_SMALL, &[small]), Err(LoginRefused::Signature));
}

#[test]
fn with_an_exponent_of_one_everybody_could_sign_so_it_proves_nothing() {
    // The text is its own signature: PKCS #1 v1.5 padding, the name of SHA-256 and the hash (RFC 8017 section 9.2).
    const SHA256_NAME: [u8; 19] =
        [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];
    let [header, payload, _] = id_token().parts();
    let hash = digest(&SHA256, format!("{header}.{payload}").as_bytes());
    let padded = [&[0, 1], [0xff; 202].as_slice(), &[0], &SHA256_NAME, hash.as_ref()].concat();
    let forged = id_token().signed(Signature::Bytes(padded)).text();
    let one = PublicKey { e: "AQ".to_owned(), ..id_key() };
    assert_eq!(check(&forged, &[one]), Err(LoginRefused::Signature));
}

#[test]
fn a_damaged_key_proves_nothing_and_harms_no_other() {
    let token = id_token().text();
    let damaged = |n: &str, e: &str| PublicKey { n: n.to_owned(), e: e.to_owned(), ..id_key() };
    let (n, huge) = (id_key().n, "_".repeat(100_000));
    for key in [
        damaged("", "AQAB"),
        damaged(&n, ""),
        damaged(&n, "AA"),
        damaged(&n, "Ag"),
        damaged(&n, "AQAA"),
        damaged(&n, &huge),
        damaged(&huge, "AQAB"),
        damaged(n.split_at(340).0, "AQAB"),
        damaged(&format!("{n}="), "AQAB"),
        damaged(&format!(" {n}"), "AQAB"),
        damaged("AAAA", "AQAB"),
    ] {
        assert!(check(&token, std::slice::from_ref(&key)).is_err(), "{key:?}");
        let other = PublicKey { kid: "other".to_owned(), ..key };
        assert_eq!(check(&token, &[other, id_key()]), Ok(()));
    }
}

#[test]
fn a_key_serves_under_its_own_name_only() {
    let renamed = PublicKey { kid: RsaKey::Stranger.public().kid, ..id_key() };
    let refused = Err(LoginRefused::UnknownKey(id_key().kid));
    assert_eq!(check(&id_token().text(), &[renamed, RsaKey::AccessTokens.public()]), refused);
}
