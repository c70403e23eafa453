//! Texts that are no compact JSON Web Signature of JSON claims.

use crate::{NOT_BASE64URL, NOT_JSON, ask, assert_refused};
use login::LoginRefused;
use serde_json::json;
use testkit::keys::RsaKey;
use testkit::tokens::{Signature, encode, id_token, sign};
use testkit::user_pool::{client, issuers, user, user_pool};

const NO_PARTS: LoginRefused = LoginRefused::NotAToken("it has no parts");
const TWO_PARTS: LoginRefused = LoginRefused::NotAToken("it has two parts");
const MORE_PARTS: LoginRefused = LoginRefused::NotAToken("it has more than three parts");

fn header() -> String {
    json!({ "kid": user_pool().keys.id.public.kid, "alg": "RS256" }).to_string()
}

/// The texts of a header and a payload, honestly signed by the pool.
fn signed(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    sign(header, payload, &Signature::Rs256(RsaKey::IdTokens))
}

#[test]
fn a_token_has_exactly_three_parts() {
    let [header, payload, signature] = id_token().parts();
    let good = id_token().text();
    assert_refused([
        ("nothing", String::new(), NO_PARTS),
        ("one part", header.clone(), NO_PARTS),
        ("two parts", format!("{header}.{payload}"), TWO_PARTS),
        ("a fourth part", format!("{good}.{signature}"), MORE_PARTS),
        ("a fourth part, empty", format!("{good}."), MORE_PARTS),
        ("an empty part before", format!(".{good}"), MORE_PARTS),
        ("an empty part between", format!("{header}..{payload}.{signature}"), MORE_PARTS),
        ("no header", format!(".{payload}.{signature}"), NOT_JSON),
        ("no payload", format!("{header}..{signature}"), NOT_JSON),
        ("a payload of nothing, signed", signed(self::header(), ""), NOT_JSON),
        ("no signature", format!("{header}.{payload}."), LoginRefused::Signature),
        ("a dot", ".".to_owned(), TWO_PARTS),
        ("two dots", "..".to_owned(), NOT_JSON),
        ("fifty kilobytes of dots", ".".repeat(50_000), MORE_PARTS),
        ("another dot", good.replace('.', "\u{3002}"), NO_PARTS),
    ]);
}

#[test]
fn a_part_has_one_spelling_in_base64url() {
    let [header, payload, signature] = id_token().parts();
    // 256 bytes leave four bits of the last character unused; they must be zero.
    let (rest, last) = signature.split_at(signature.len() - 1);
    let loose = char::from(last.as_bytes()[0] + 1);
    assert_refused([
        ("padded header", format!("{header}=.{payload}.{signature}"), NOT_BASE64URL),
        ("padded payload", format!("{header}.{payload}=.{signature}"), NOT_BASE64URL),
        ("padded signature", format!("{header}.{payload}.{signature}=="), NOT_BASE64URL),
        ("loose bits at the end", format!("{header}.{payload}.{rest}{loose}"), NOT_BASE64URL),
        ("a blank before", format!(" {header}.{payload}.{signature}"), NOT_BASE64URL),
        ("a blank after", format!("{header}.{payload}.{signature} "), NOT_BASE64URL),
        ("a line feed after", format!("{header}.{payload}.{signature}\n"), NOT_BASE64URL),
        ("a line break within", format!("{header}.\r\n{payload}.{signature}"), NOT_BASE64URL),
        ("a NUL after", format!("{header}.{payload}.{signature}\0"), NOT_BASE64URL),
        ("the other alphabet", format!("{header}.{payload}.+/{signature}"), NOT_BASE64URL),
        ("percent-encoding", format!("{header}.{payload}.%41{signature}"), NOT_BASE64URL),
        ("no ASCII", format!("{header}.{payload}.\u{ff21}{signature}"), NOT_BASE64URL),
        ("the name of a scheme", format!("Bearer {header}.{payload}.{signature}"), NOT_BASE64URL),
        ("one character", format!("{header}.{payload}.A"), NOT_BASE64URL),
    ]);
}

#[test]
fn a_header_is_one_json_object() {
    let kid = user_pool().keys.id.public.kid;
    let claims = || "{}";
    let list = json!([&"RS256", kid, null, null]).to_string();
    assert_refused([
        ("nothing", signed("", claims()), NOT_JSON),
        ("null", signed("null", claims()), NOT_JSON),
        ("a text", signed(r#""RS256""#, claims()), NOT_JSON),
        ("a list", signed("[]", claims()), NOT_JSON),
        ("a list of what an object would hold", signed(list, claims()), NOT_JSON),
        ("two objects", signed(header().repeat(2), claims()), NOT_JSON),
        ("an object cut short", signed(header().trim_end_matches('}'), claims()), NOT_JSON),
        ("a comma too much", signed(header().replace('}', ",}"), claims()), NOT_JSON),
        ("a comment", signed(header().replace('}', "/**/}"), claims()), NOT_JSON),
        ("a byte order mark", signed(format!("\u{feff}{}", header()), claims()), NOT_JSON),
        ("ten thousand lists", signed("[".repeat(10_000), claims()), NOT_JSON),
        ("ten thousand objects", signed(r#"{"a":"#.repeat(10_000), claims()), NOT_JSON),
    ]);
}

#[test]
fn claims_are_one_json_object() {
    let issuer = issuers().issuer_of(&user_pool().id);
    let list = json!([issuer, user().sub, client().id, i64::from(u32::MAX), null, "id"]).to_string();
    assert_refused([
        ("null", signed(header(), "null"), NOT_JSON),
        ("a text", signed(header(), r#""sub""#), NOT_JSON),
        ("a list of what an object would hold", signed(header(), list), NOT_JSON),
        ("two objects", signed(header(), "{}{}"), NOT_JSON),
        ("no UTF-8", signed(header(), b"{\"sub\":\"\xff\"}"), NOT_JSON),
        ("UTF-16", signed(header(), b"{\0}\0"), NOT_JSON),
        ("a NUL after", signed(header(), "{}\0"), NOT_JSON),
        ("ten thousand lists", signed(header(), "[".repeat(10_000)), NOT_JSON),
        ("ten thousand subjects", signed(header(), r#"{"sub":"#.repeat(10_000)), NOT_JSON),
        ("nothing claimed", signed(header(), "{}"), LoginRefused::MissingClaim("iss")),
    ]);
}

#[test]
fn blanks_inside_the_json_are_json() {
    let [_, payload, _] = id_token().parts();
    let claims = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
    let spaced = [b" \r\n\t".as_slice(), &claims, b"\n"].concat();
    assert!(ask(&signed(header(), spaced)).is_ok());
}

#[test]
fn other_ways_to_write_a_signature_are_refused() {
    let [header, payload, signature] = id_token().parts();
    let flat = json!({ "protected": header, "payload": payload, "signature": signature }).to_string();
    let general = json!({
        "payload": payload,
        "signatures": [{ "protected": header, "signature": signature }],
    });
    assert_refused([
        ("flattened JSON", flat, NO_PARTS),
        ("general JSON", general.to_string(), NO_PARTS),
        ("detached payload", format!("{header}..{signature}"), NOT_JSON),
        ("in base64url as a whole", encode(id_token().text()), NO_PARTS),
    ]);
}
