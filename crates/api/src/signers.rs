//! The opened keys that sign tokens. Opening one costs about a millisecond, so they are kept.

use domain::records::Breakdown;
use domain::seal::NotSealed;
use domain::signing::SigningKey;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The opened keys that were asked for, by their names.
#[derive(Default)]
pub struct Signers {
    opened: Mutex<HashMap<String, Arc<SigningKey>>>,
}

/// How many are kept. There are few pools; the bound only guards against pools made and deleted in a loop.
const KEPT: usize = 2000;

impl Signers {
    /// The opened key of this name; `open` opens it where that was not done yet.
    pub(crate) fn open(
        &self,
        kid: &str,
        open: impl FnOnce() -> Result<SigningKey, NotSealed>,
    ) -> Result<Arc<SigningKey>, Breakdown> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = opened.get(kid) {
            return Ok(signer.clone());
        }
        let broken = |_| Breakdown::new(format!("the key `{kid}` does not open with this server's keys"));
        let signer = Arc::new(open().map_err(broken)?);
        if opened.len() >= KEPT {
            opened.clear();
        }
        opened.insert(kid.to_owned(), signer.clone());
        Ok(signer)
    }
}
