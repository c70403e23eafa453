//! Tokens that were found to be signed, so that one which an app shows again and again is read and checked once.
//!
//! What is remembered is what follows from the token alone: what stands in it, and the key that signed it. Whether that
//! key is the issuer's, and what the claims are good for now, is asked each time.

use crate::jws::Content;
use crate::key_set::RsaKey;
use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// How many bytes the tokens that are remembered have together; read they take a few times as much.
const KEPT: u64 = 4 * 1024 * 1024;

/// The length of a usual token, to begin with room for so many.
const USUAL: u64 = 1024;

/// The hash of a token by which it is found again. Who could make another token with it could forge signatures as well.
pub(crate) type Fingerprint = [u8; 32];

/// A token that was found to be signed.
pub(crate) struct Signed {
    /// What stands in it.
    pub content: Arc<Content>,
    /// The key that signed it.
    pub by: RsaKey,
    length: u64,
}

/// The tokens that were found to be signed.
pub struct Seen {
    signed: Cache<Fingerprint, Arc<Signed>, ByLength>,
}

impl Default for Seen {
    fn default() -> Self {
        let usual = usize::try_from(KEPT / USUAL).unwrap_or(0);
        Self { signed: Cache::with_weighter(usual, KEPT, ByLength) }
    }
}

/// A token weighs as much as it is long, so that a few long ones cannot fill the memory.
#[derive(Clone)]
struct ByLength;

impl Weighter<Fingerprint, Arc<Signed>> for ByLength {
    fn weight(&self, _: &Fingerprint, signed: &Arc<Signed>) -> u64 {
        signed.length.max(1)
    }
}

impl Seen {
    /// What is known of a token of this fingerprint.
    pub(crate) fn find(&self, fingerprint: &Fingerprint) -> Option<Arc<Signed>> {
        self.signed.get(fingerprint)
    }

    /// Remembers that a key has signed a token. Others are never remembered: anybody can make them.
    pub(crate) fn remember(
        &self,
        fingerprint: Fingerprint,
        token: &str,
        content: &Arc<Content>,
        by: &RsaKey,
    ) {
        let length = u64::try_from(token.len()).unwrap_or(u64::MAX);
        let signed = Signed { content: content.clone(), by: by.clone(), length };
        self.signed.insert(fingerprint, Arc::new(signed));
    }
}

/// The fingerprint of a token.
pub(crate) fn fingerprint(token: &str) -> Fingerprint {
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    fingerprint
}
