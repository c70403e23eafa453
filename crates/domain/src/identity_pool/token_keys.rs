//! The keys that sign the OpenID tokens of this server's identity pools: one signs, those before it still verify.

use crate::entropy::Entropy;
use crate::identity_pool::token::LONGEST_LIFE;
use crate::seal::{NotSealed, SealingKey};
use crate::signing::{Algorithm, FreshKey, PublicKey, SealedKey, SigningKey};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// For whom the private halves open.
const OWNER: &str = "identity-token-key";

/// A key signs for this long; then a new one takes its place.
const SIGNS_FOR: Span = Span::from_hours(30 * 24);

/// A key that was replaced verifies for as long as the last token that it signed can live, and an hour.
const VERIFIES_FOR: Span = LONGEST_LIFE.and(Span::from_hours(1));

/// The keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenKeys {
    /// Signs.
    pub current: TokenKey,
    retired: Vec<RetiredKey>,
}

/// A key that signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenKey {
    key: SealedKey,
    certificate: String,
    /// When it was made.
    pub made: Timestamp,
}

/// What is left of a key that was replaced: nothing that could sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RetiredKey {
    public: PublicKey,
    certificate: String,
    retired: Timestamp,
}

/// What others verify with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published<'a> {
    /// The public half.
    pub public: &'a PublicKey,
    /// A certificate over it that it signed itself: DER in base64, as `x5c` lists it (RFC 7517 section 4.7).
    pub certificate: &'a str,
}

impl TokenKey {
    /// Seals a fresh key.
    pub fn seal(
        fresh: &FreshKey,
        certificate: String,
        sealing: &SealingKey,
        made: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<Self, NotSealed> {
        let key = SealedKey::seal(fresh, Algorithm::Rs512, OWNER, sealing, entropy)?;
        Ok(Self { key, certificate, made })
    }

    /// Its name.
    pub fn kid(&self) -> &str {
        &self.key.public.kid
    }

    /// Opens the private half.
    pub fn open(&self, sealing: &SealingKey) -> Result<SigningKey, NotSealed> {
        self.key.open(OWNER, sealing)
    }
}

impl TokenKeys {
    /// A first key, before which there was none that counts.
    pub const fn begin(first: TokenKey) -> Self {
        Self { current: first, retired: Vec::new() }
    }

    /// Whether the key that signs has signed long enough.
    pub fn is_due(&self, now: Timestamp) -> bool {
        now.since(self.current.made) >= SIGNS_FOR
    }

    /// The same keys with a new one that signs, and without those whose tokens are all over.
    #[must_use]
    pub fn rotated(self, next: TokenKey, now: Timestamp) -> Self {
        let TokenKey { key, certificate, .. } = self.current;
        let replaced = RetiredKey { public: key.public, certificate, retired: now };
        let verifies = |key: &RetiredKey| now.since(key.retired) <= VERIFIES_FOR;
        let retired = self.retired.into_iter().filter(verifies).chain([replaced]).collect();
        Self { current: next, retired }
    }

    /// What verifies tokens that may still live, newest first.
    pub fn published(&self, now: Timestamp) -> impl Iterator<Item = Published<'_>> {
        let current = Published { public: &self.current.key.public, certificate: &self.current.certificate };
        let retired = self.retired.iter().rev().filter(move |key| now.since(key.retired) <= VERIFIES_FOR);
        std::iter::once(current)
            .chain(retired.map(|key| Published { public: &key.public, certificate: &key.certificate }))
    }
}
