//! Passwords, kept only as Argon2id hashes.

use crate::entropy::{Entropy, draw};
use crate::secret::Secret;
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::constant_time;
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

/// The longest password, in characters. Source: Cognito quotas.
pub const LONGEST_PASSWORD: usize = 256;

/// Memory in KiB, passes and lanes. Source: OWASP password storage cheat sheet, Argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Hashing failed, which happens only if its parameters are out of range: the record is damaged.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password hash is damaged")]
pub struct Damaged;

/// What a password is checked against: an Argon2id hash with its salt and cost, so that the cost can be raised later.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    hash: String,
}

impl PasswordHash {
    /// Hashes a password, for [`AcceptedPassword`](super::policy::AcceptedPassword) alone.
    pub(super) fn of(password: &Secret<String>, entropy: &dyn Entropy) -> Result<Self, Damaged> {
        let (memory_kib, passes, lanes) = COST;
        let salt: [u8; 16] = draw(entropy);
        let mut fresh = Self { memory_kib, passes, lanes, salt: BASE64.encode(&salt), hash: String::new() };
        fresh.hash = BASE64.encode(&fresh.run(password)?);
        Ok(fresh)
    }

    /// A hash that no password matches; checking against it costs as much as against a real one.
    ///
    /// It stands in for a user who does not exist, so that the time of the answer does not tell; and for a password that
    /// nobody was told.
    pub fn of_nobody() -> Self {
        let (memory_kib, passes, lanes) = COST;
        Self { memory_kib, passes, lanes, salt: BASE64.encode(&[0; 16]), hash: String::new() }
    }

    /// Whether this is the password. Costs the same for every answer.
    pub fn matches(&self, password: &Secret<String>) -> Result<bool, Damaged> {
        let hash = BASE64.decode(self.hash.as_bytes()).map_err(|_| Damaged)?;
        Ok(constant_time::verify_slices_are_equal(&self.run(password)?, &hash).is_ok())
    }

    fn run(&self, password: &Secret<String>) -> Result<[u8; 32], Damaged> {
        let mut hash = [0; 32];
        let params =
            Params::new(self.memory_kib, self.passes, self.lanes, Some(hash.len())).map_err(|_| Damaged)?;
        let salt = BASE64.decode(self.salt.as_bytes()).map_err(|_| Damaged)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.reveal().as_bytes(), &salt, &mut hash)
            .map_err(|_| Damaged)?;
        Ok(hash)
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PasswordHash")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[test]
    fn only_the_password_itself_matches() {
        let hash = PasswordHash::of(&secret("Passw0rd!"), &Sevens).unwrap();
        assert_eq!(hash.matches(&secret("Passw0rd!")), Ok(true));
        assert_eq!(hash.matches(&secret("passw0rd!")), Ok(false));
        assert_eq!(hash.matches(&secret("")), Ok(false));
    }

    #[test]
    fn nobodys_hash_matches_no_password() {
        assert_eq!(PasswordHash::of_nobody().matches(&secret("")), Ok(false));
    }

    #[test]
    fn a_hash_shows_nothing_when_printed() {
        assert_eq!(format!("{:?}", PasswordHash::of_nobody()), "PasswordHash");
    }
}
