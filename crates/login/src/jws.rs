//! Compact JSON Web Signatures (RFC 7515 section 3.1), and nothing else: no encryption, no detached or unencoded
//! payload, no critical extension, no key taken from a header.

use crate::LoginRefused;
use crate::key_set::KeySet;
use crate::seen::{Fingerprint, Seen, Signed, fingerprint};
use data_encoding::BASE64URL_NOPAD;
use domain::identity_pool::claims::Claims;
use domain::strict_json;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::sync::Arc;

/// A token that is well formed. Nothing in it is proven yet.
pub struct UnverifiedToken<'a> {
    text: &'a str,
    content: Arc<Content>,
    fingerprint: Fingerprint,
    seen: Option<Arc<Signed>>,
}

/// What stands in a token.
pub(crate) struct Content {
    header: Header,
    /// The claims; `None` if the payload is no object of them.
    claims: Option<Claims>,
    signature: Vec<u8>,
}

/// What of a header matters; the rest, key-bearing members included, is not looked at.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: String,
    #[serde(default, deserialize_with = "is_there")]
    crit: bool,
    #[serde(default, deserialize_with = "is_there")]
    b64: bool,
}

impl<'a> UnverifiedToken<'a> {
    /// Takes a token apart, unless it was seen before.
    pub fn read(text: &'a str, seen: &Seen) -> Result<Self, LoginRefused> {
        let fingerprint = fingerprint(text);
        let seen = seen.find(&fingerprint);
        let content = match &seen {
            Some(signed) => signed.content.clone(),
            None => Arc::new(Content::read(text)?),
        };
        Ok(Self { text, content, fingerprint, seen })
    }

    /// What it claims. A claim that is made twice, at whatever depth, makes it no token: who reads the first would see
    /// somebody else than who reads the second.
    pub fn claims(&self) -> Result<&Claims, LoginRefused> {
        self.content.claims.as_ref().ok_or(NOT_JSON)
    }

    /// Checks the signature with the key that the header names, by that key's own algorithm.
    pub fn check_signature(&self, keys: &KeySet, seen: &Seen) -> Result<(), LoginRefused> {
        let Header { kid, alg, .. } = &self.content.header;
        let key = keys.get(kid).ok_or_else(|| LoginRefused::UnknownKey(shown(kid)))?;
        if alg != key.algorithm() {
            return Err(LoginRefused::Algorithm(shown(alg)));
        }
        if self.seen.as_ref().is_some_and(|signed| signed.by == *key) {
            return Ok(());
        }
        let (signed, _) = self.text.rsplit_once('.').ok_or(LoginRefused::Signature)?;
        if !key.verifies(signed.as_bytes(), &self.content.signature) {
            return Err(LoginRefused::Signature);
        }
        seen.remember(self.fingerprint, self.text, &self.content, key);
        Ok(())
    }
}

impl Content {
    fn read(token: &str) -> Result<Self, LoginRefused> {
        let (signed, signature) = token.rsplit_once('.').ok_or(LoginRefused::NotAToken("it has no parts"))?;
        let (header, payload) = signed.split_once('.').ok_or(LoginRefused::NotAToken("it has two parts"))?;
        if payload.contains('.') {
            return Err(LoginRefused::NotAToken("it has more than three parts"));
        }
        let header: Header = json(&base64url(header)?)?;
        if header.crit || header.b64 {
            return Err(LoginRefused::NotAToken("it asks for an extension"));
        }
        let claims = match strict_json::parse(&base64url(payload)?) {
            Some(Value::Object(claims)) => Some(Claims::new(claims)),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_))
            | None => None,
        };
        Ok(Self { header, claims, signature: base64url(signature)? })
    }
}

fn base64url(part: &str) -> Result<Vec<u8>, LoginRefused> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| LoginRefused::NotAToken("a part is not base64url"))
}

/// A part that should be a JSON object and is not.
pub(crate) const NOT_JSON: LoginRefused =
    LoginRefused::NotAToken("a part is not the JSON object it should be");

/// Reads a JSON object; a member that is named twice is refused where it matters, as serde does for known members.
fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, LoginRefused> {
    // Serde would also read a list of the members' values, without their names.
    let is_object = bytes.trim_ascii_start().starts_with(b"{");
    let object = if is_object { serde_json::from_slice(bytes).ok() } else { None };
    object.ok_or(NOT_JSON)
}

/// Whether a member is there, be it only as `null`.
fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

/// A text of the token, cut to a length fit for an audit line.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(200).collect()
}
