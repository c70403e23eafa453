//! The opened signing keys of user pools. Opening one costs about a millisecond, so they are kept.

use domain::records::Breakdown;
use domain::seal::SealingKey;
use domain::user_pool::keys::{PoolKeys, SigningKey};
use domain::user_pool::pool::UserPoolId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The opened keys of one pool.
pub struct Signer {
    /// Signs ID tokens.
    pub id: SigningKey,
    /// Signs access tokens.
    pub access: SigningKey,
}

/// The opened keys of the pools that were asked for, by the name of their key for ID tokens.
#[derive(Default)]
pub struct Signers {
    opened: Mutex<HashMap<String, Arc<Signer>>>,
}

/// How many are kept. There are few pools; the bound only guards against pools made and deleted in a loop.
const KEPT: usize = 1000;

impl Signers {
    /// The opened keys of a pool.
    pub fn open(
        &self,
        pool: &UserPoolId,
        keys: &PoolKeys,
        sealing: &SealingKey,
    ) -> Result<Arc<Signer>, Breakdown> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = opened.get(&keys.id.public.kid) {
            return Ok(signer.clone());
        }
        let broken =
            |_| Breakdown::new(format!("the keys of user pool `{pool}` do not open with this server's keys"));
        let id = keys.id.open(pool, sealing).map_err(broken)?;
        let access = keys.access.open(pool, sealing).map_err(broken)?;
        let signer = Arc::new(Signer { id, access });
        if opened.len() >= KEPT {
            opened.clear();
        }
        opened.insert(keys.id.public.kid.clone(), signer.clone());
        Ok(signer)
    }
}
