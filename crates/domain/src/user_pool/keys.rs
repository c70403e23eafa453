//! The keys that sign a user pool's tokens: one for ID tokens, one for access tokens.

use crate::signing::{PublicKey, SealedKey};
use crate::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};

/// The two keys of a pool; both sign with RS256.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolKeys {
    /// Signs ID tokens.
    pub id: SealedKey,
    /// Signs access tokens.
    pub access: SealedKey,
}

impl PoolKeys {
    /// The public halves, as a JSON Web Key Set lists them.
    pub const fn public(&self) -> [&PublicKey; 2] {
        [&self.id.public, &self.access.public]
    }

    /// For whom the private halves of a pool's keys open.
    pub fn owner(pool: &UserPoolId) -> String {
        format!("user-pool-key {pool}")
    }
}
