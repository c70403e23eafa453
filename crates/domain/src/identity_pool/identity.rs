//! An identity: whom a pool knows, with or without a login.

use crate::account::Account;
use crate::entropy::{Entropy, draw_uuid};
use crate::identity_pool::login::{AuthState, LoginKey};
use crate::identity_pool::pool::{IdentityPoolId, is_pool_or_identity_id};
use crate::text::text;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

text!(
    /// An identity's id, in the form of a pool's id; nothing tells the two apart.
    IdentityId,
    "an identity id",
    is_pool_or_identity_id
);

impl IdentityId {
    /// Draws a new id in a region.
    pub fn draw(account: &Account, entropy: &dyn Entropy) -> Self {
        Self(format!("{}:{}", account.region, draw_uuid(entropy)))
    }
}

/// An identity of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its id, unique on this server.
    pub id: IdentityId,
    /// The pool it belongs to.
    pub pool: IdentityPoolId,
    /// The logins that prove it; none for a guest.
    pub logins: Vec<LoginKey>,
    /// When it was made.
    pub created: Timestamp,
    /// When its logins last changed.
    pub modified: Timestamp,
}

impl Identity {
    /// Whether it is a guest or has logins that must be shown.
    pub const fn state(&self) -> AuthState {
        if self.logins.is_empty() { AuthState::Guest } else { AuthState::Authenticated }
    }

    /// Whether the logins that were proven are all its own, and there is one unless it is a guest.
    pub fn is_proven_by<'a>(&self, mut proven: impl ExactSizeIterator<Item = &'a LoginKey>) -> bool {
        (proven.len() > 0 || self.state() == AuthState::Guest)
            && proven.all(|login| self.logins.contains(login))
    }
}
