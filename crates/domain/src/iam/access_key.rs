//! Access keys: the names of credentials, the keys of users, and the root's own pair.

use crate::entropy::{Entropy, draw, draw_text};
use crate::iam::id::UserId;
use crate::iam::user::UserName;
use crate::seal::{NotSealed, SealingKey};
use crate::secret::Secret;
use crate::text::text;
use crate::time::Timestamp;
use data_encoding::{BASE32_NOPAD, BASE64};
use serde::{Deserialize, Serialize};

/// How many keys a user has at most, so that one can take the place of the other. Source: IAM user guide, "IAM and STS
/// quotas".
pub const MOST_KEYS: usize = 2;

text!(
    /// An access key id: `AKIA` (long-term) or `ASIA` (temporary) and 16 capital letters or digits of base32.
    AccessKeyId,
    "an access key id",
    |text| (text.starts_with("AKIA") || text.starts_with("ASIA"))
        && text.len() == 20
        && text.bytes().skip(4).all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
);

impl AccessKeyId {
    /// Draws the id of a long-term key.
    pub fn draw_long_term(entropy: &dyn Entropy) -> Self {
        Self(format!("AKIA{}", draw_text(entropy, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)))
    }

    /// Whether it is the id of a long-term key: of a user's, or of the root's.
    pub fn is_long_term(&self) -> bool {
        self.0.starts_with("AKIA")
    }

    /// Draws the id of a temporary key: the ring key that sealed its session, then 64 random bits.
    pub fn draw_temporary(ring_key: RingKeyId, entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; 10];
        let (id, random) = bytes.split_at_mut(2);
        id.copy_from_slice(&ring_key.0.to_be_bytes());
        random.copy_from_slice(&draw::<8>(entropy));
        Self(format!("ASIA{}", BASE32_NOPAD.encode(&bytes)))
    }

    /// The ring key that a temporary key's session is sealed with; `None` for a long-term key.
    pub fn ring_key(&self) -> Option<RingKeyId> {
        let bytes = BASE32_NOPAD.decode(self.0.strip_prefix("ASIA")?.as_bytes()).ok()?;
        let id = bytes.first_chunk::<2>()?;
        Some(RingKeyId(u16::from_be_bytes(*id)))
    }
}

/// The number of a key in the ring; new keys get higher numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RingKeyId(pub u16);

/// Draws a secret access key: 40 characters of base64, as AWS's.
pub fn draw_secret_key(entropy: &dyn Entropy) -> Secret<String> {
    Secret::new(BASE64.encode(&draw::<30>(entropy)))
}

/// The account's own long-term key pair, which may do everything.
pub struct RootKey {
    /// The pair's public name.
    pub id: AccessKeyId,
    /// The pair's secret.
    pub secret: Secret<String>,
}

/// A long-term key of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessKey {
    /// Its public name.
    pub id: AccessKeyId,
    /// The name of the user whose it is.
    pub user: UserName,
    /// Their unique id: a user made anew under the same name does not get the key.
    pub user_id: UserId,
    /// What signs requests.
    pub secret: SealedSecretKey,
    /// Whether it is good for signing.
    pub status: KeyStatus,
    /// When it was made.
    pub created: Timestamp,
}

/// Whether a key is good for signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// It is.
    Active,
    /// It is not, until somebody makes it active again.
    Inactive,
}

/// When, and for what, a key was used last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUse {
    /// The time.
    pub at: Timestamp,
    /// The signing name of the service that was asked.
    pub service: String,
    /// The region that the request was signed for.
    pub region: String,
}

/// A secret access key, sealed so that it opens only for its own access key id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedSecretKey(String);

impl SealedSecretKey {
    /// Seals the secret of a key.
    pub fn seal(
        secret: &Secret<String>,
        id: &AccessKeyId,
        sealing: &SealingKey,
        entropy: &dyn Entropy,
    ) -> Result<Self, NotSealed> {
        let sealed = sealing.seal(secret.reveal().as_bytes(), binding(id).as_bytes(), entropy)?;
        Ok(Self(BASE64.encode(&sealed)))
    }

    /// The secret itself.
    pub fn open(&self, id: &AccessKeyId, sealing: &SealingKey) -> Result<Secret<String>, NotSealed> {
        let sealed = BASE64.decode(self.0.as_bytes()).map_err(|_| NotSealed)?;
        let secret = sealing.open(&sealed, binding(id).as_bytes())?;
        String::from_utf8(secret).map(Secret::new).map_err(|_| NotSealed)
    }
}

fn binding(id: &AccessKeyId) -> String {
    format!("secret access key {id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nines;
    impl Entropy for Nines {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }

    #[test]
    fn a_temporary_key_tells_its_ring_key() {
        let id = AccessKeyId::draw_temporary(RingKeyId(513), &Nines);
        assert!(id.as_str().starts_with("ASIA"));
        assert_eq!(AccessKeyId::parse(id.as_str()).unwrap().ring_key(), Some(RingKeyId(513)));
    }

    #[test]
    fn a_long_term_key_names_no_ring_key() {
        assert_eq!(AccessKeyId::draw_long_term(&Nines).ring_key(), None);
    }

    #[test]
    fn a_secret_key_has_forty_characters() {
        assert_eq!(draw_secret_key(&Nines).reveal().len(), 40);
    }

    #[test]
    fn anything_else_is_no_access_key_id() {
        for text in ["", "AKIA", "AKIAaaaaaaaaaaaaaaaa", "XXIAAAAAAAAAAAAAAAAA", "ASIA0000000000000000"] {
            assert!(AccessKeyId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_sealed_secret_of_a_key_opens_for_that_key_alone() {
        let sealing = SealingKey::derive(&Secret::new([1; 32]), "records").unwrap();
        let id = AccessKeyId::draw_long_term(&Nines);
        let other = AccessKeyId::parse("AKIAAAAAAAAAAAAAAAAA").unwrap();
        let sealed = SealedSecretKey::seal(&draw_secret_key(&Nines), &id, &sealing, &Nines).unwrap();
        assert_eq!(sealed.open(&id, &sealing).unwrap().reveal(), draw_secret_key(&Nines).reveal());
        assert!(sealed.open(&other, &sealing).is_err());
        let shown = format!("{sealed:?}{}", serde_json::to_string(&sealed).unwrap());
        assert!(!shown.contains(draw_secret_key(&Nines).reveal().as_str()));
    }
}
