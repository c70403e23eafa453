use aws_lc_rs::{constant_time, hmac};
use zeroize::Zeroizing;

use crate::{Scope, authorization::TERMINATOR};

/// A secret access key on loan. It cannot be shown.
#[derive(Clone, Copy)]
pub struct SecretKeyRef<'a>(&'a str);

impl<'a> SecretKeyRef<'a> {
    /// Borrows a secret access key.
    #[must_use]
    pub fn new(secret_access_key: &'a str) -> Self {
        Self(secret_access_key)
    }
}

/// The key that signs everything in one scope.
///
/// It depends on the secret, day, region and service alone, so it may be kept for a day under the access key id
/// and scope. It cannot be shown and is wiped when dropped.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<[u8; 32]>);

impl SigningKey {
    /// Derives the key of a scope from a secret access key.
    #[must_use]
    pub fn derive(secret: SecretKeyRef<'_>, scope: &Scope<'_>) -> Self {
        let mut seed = Zeroizing::new(Vec::with_capacity(4 + secret.0.len()));
        seed.extend_from_slice(b"AWS4");
        seed.extend_from_slice(secret.0.as_bytes());
        [scope.region, scope.service, TERMINATOR]
            .iter()
            .fold(Self(mac(&seed, scope.date)), |key, part| Self(mac(&*key.0, part)))
    }

    /// The signature of a string to sign.
    pub(crate) fn sign(&self, string_to_sign: &str) -> Zeroizing<[u8; 32]> {
        mac(&*self.0, string_to_sign)
    }

    /// Whether a signature is that of a string to sign, in a time that does not depend on where they differ.
    pub(crate) fn has_signed(&self, string_to_sign: &str, signature: &[u8; 32]) -> bool {
        constant_time::verify_slices_are_equal(&*self.sign(string_to_sign), signature).is_ok()
    }
}

fn mac(key: &[u8], text: &str) -> Zeroizing<[u8; 32]> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes());
    let mut bytes = Zeroizing::new([0; 32]);
    bytes.copy_from_slice(tag.as_ref());
    bytes
}
