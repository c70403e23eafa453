//! The keys that an issuer signs with, by name. A key's algorithm is a property of the key, never of a token.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use data_encoding::BASE64URL_NOPAD;
use domain::user_pool::keys::PublicKey;
use std::collections::HashMap;

/// The only algorithm that the keys of user pools sign with.
const RS256: &str = "RS256";

/// An issuer's keys.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: HashMap<String, RsaKey>,
}

/// A public RSA key of 2048 to 8192 bits for RS256.
#[derive(Debug)]
pub(crate) struct RsaKey {
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
}

impl KeySet {
    /// The keys that can be read; a damaged one is left out and proves nothing.
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a PublicKey>) -> Self {
        let read = |key: &PublicKey| {
            let n = BASE64URL_NOPAD.decode(key.n.as_bytes()).ok()?;
            let e = BASE64URL_NOPAD.decode(key.e.as_bytes()).ok()?;
            Some((key.kid.clone(), RsaKey { n, e }))
        };
        Self { keys: keys.into_iter().filter_map(read).collect() }
    }

    pub(crate) fn get(&self, kid: &str) -> Option<&RsaKey> {
        self.keys.get(kid)
    }
}

impl RsaKey {
    pub(crate) const fn algorithm(&self) -> &'static str {
        RS256
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents { n: self.n.as_slice(), e: self.e.as_slice() };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature).is_ok()
    }
}
