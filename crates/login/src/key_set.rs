//! The keys that an issuer signs with, by name. A key's algorithm is a property of the key, never of a token.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
};
use data_encoding::BASE64URL_NOPAD;
use domain::signing::{Algorithm, PublicKey};
use std::collections::HashMap;

/// An issuer's keys.
#[derive(Debug, Default)]
pub struct KeySet {
    keys: HashMap<String, RsaKey>,
}

/// A public RSA key of 2048 to 8192 bits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RsaKey {
    alg: Algorithm,
    n: Vec<u8>,
    e: Vec<u8>,
}

impl KeySet {
    /// The keys that can be read; a damaged one is left out and proves nothing.
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a PublicKey>) -> Self {
        let read = |key: &PublicKey| {
            let n = BASE64URL_NOPAD.decode(key.n.as_bytes()).ok()?;
            let e = BASE64URL_NOPAD.decode(key.e.as_bytes()).ok()?;
            Some((key.kid.clone(), RsaKey { alg: key.alg, n, e }))
        };
        Self { keys: keys.into_iter().filter_map(read).collect() }
    }

    pub(crate) fn get(&self, kid: &str) -> Option<&RsaKey> {
        self.keys.get(kid)
    }
}

impl RsaKey {
    pub(crate) const fn algorithm(&self) -> &'static str {
        self.alg.name()
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = RsaPublicKeyComponents { n: self.n.as_slice(), e: self.e.as_slice() };
        let parameters: &RsaParameters = match self.alg {
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        };
        key.verify(parameters, message, signature).is_ok()
    }
}
