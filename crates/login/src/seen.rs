//! Signatures that were found right, so that a token which an app shows again and again is checked once.
//!
//! Only the arithmetic is remembered, for this very token by this very key. What a token claims, and whether it still
//! lives, is asked each time.

use crate::key_set::RsaKey;
use aws_lc_rs::digest::{Context, SHA256};
use quick_cache::sync::Cache;

/// How many are remembered; each takes a few dozen bytes.
const KEPT: usize = 16_384;

/// The signatures that were found right.
pub struct Seen {
    right: Cache<[u8; 32], ()>,
}

impl Default for Seen {
    fn default() -> Self {
        Self { right: Cache::new(KEPT) }
    }
}

impl Seen {
    /// Whether a key has signed this message; a signature that is not right is never remembered.
    pub(crate) fn is_right(&self, key: &RsaKey, message: &[u8], signature: &[u8]) -> bool {
        let fingerprint = fingerprint(key, message, signature);
        if self.right.get(&fingerprint).is_some() {
            return true;
        }
        let is_right = key.verifies(message, signature);
        if is_right {
            self.right.insert(fingerprint, ());
        }
        is_right
    }
}

/// A hash of all that the arithmetic depends on. Each part has its length before it, so that no two cases are one text.
fn fingerprint(key: &RsaKey, message: &[u8], signature: &[u8]) -> [u8; 32] {
    let mut hash = Context::new(&SHA256);
    for part in [key.algorithm().as_bytes(), &key.n, &key.e, message, signature] {
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(hash.finish().as_ref());
    fingerprint
}
