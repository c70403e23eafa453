//! Sealing: encryption that also proves that nothing was changed (AES-256-GCM-SIV, RFC 8452).
//!
//! SIV rather than plain GCM: a nonce drawn twice by chance then reveals only that two equal texts are equal.

use crate::entropy::{Entropy, draw};
use crate::secret::Secret;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hmac;

/// What was to be opened is not a thing sealed by this key for this purpose.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not sealed by this key for this purpose")]
pub struct NotSealed;

/// A key that seals and opens.
pub struct SealingKey(LessSafeKey);

impl SealingKey {
    /// Derives the key for one purpose from a root secret; other purposes get unrelated keys.
    pub fn derive(root: &Secret<[u8; 32]>, purpose: &str) -> Result<Self, NotSealed> {
        let derived = Secret::new(derive(root, purpose));
        let key = UnboundKey::new(&AES_256_GCM_SIV, derived.reveal()).map_err(|_| NotSealed)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals a text so that it opens only with the same `bound_to`.
    pub fn seal(&self, text: &[u8], bound_to: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, NotSealed> {
        let nonce: [u8; NONCE_LEN] = draw(entropy);
        let mut sealed = Vec::with_capacity(NONCE_LEN + text.len() + AES_256_GCM_SIV.tag_len());
        let mut body = text.to_vec();
        let aad = Aad::from(bound_to);
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(nonce_used, aad, &mut body).map_err(|_| NotSealed)?;
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut body);
        Ok(sealed)
    }

    /// Opens what [`SealingKey::seal`] made, if neither it nor `bound_to` was changed.
    pub fn open(&self, sealed: &[u8], bound_to: &[u8]) -> Result<Vec<u8>, NotSealed> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(NotSealed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotSealed)?;
        let mut body = body.to_vec();
        let length =
            self.0.open_in_place(nonce, Aad::from(bound_to), &mut body).map_err(|_| NotSealed)?.len();
        body.truncate(length);
        Ok(body)
    }
}

/// Derives 32 bytes for one purpose from a root secret (HMAC-SHA256 as a key derivation function).
pub fn derive(root: &Secret<[u8; 32]>, purpose: &str) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, root.reveal()), purpose.as_bytes());
    let mut derived = [0; 32];
    derived.copy_from_slice(tag.as_ref());
    derived
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeroes;
    impl Entropy for Zeroes {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn key(byte: u8) -> SealingKey {
        SealingKey::derive(&Secret::new([byte; 32]), "test").unwrap()
    }

    #[test]
    fn what_was_sealed_opens_again() {
        let sealed = key(1).seal(b"text", b"here", &Zeroes).unwrap();
        assert_eq!(key(1).open(&sealed, b"here").unwrap(), b"text");
    }

    #[test]
    fn a_changed_byte_anywhere_keeps_it_shut() {
        let sealed = key(1).seal(b"text", b"here", &Zeroes).unwrap();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key(1).open(&changed, b"here"), Err(NotSealed), "byte {at}");
        }
    }

    #[test]
    fn another_key_purpose_or_binding_does_not_open_it() {
        let sealed = key(1).seal(b"text", b"here", &Zeroes).unwrap();
        assert!(key(2).open(&sealed, b"here").is_err());
        assert!(key(1).open(&sealed, b"there").is_err());
        let other = SealingKey::derive(&Secret::new([1; 32]), "other").unwrap();
        assert!(other.open(&sealed, b"here").is_err());
        assert!(key(1).open(&sealed[..5], b"here").is_err());
    }
}
