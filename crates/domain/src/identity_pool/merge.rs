//! A merge: an identity that became part of another, and how that came about.

use crate::identity_pool::identity::IdentityId;
use crate::identity_pool::login::LoginKey;
use crate::identity_pool::pool::IdentityPoolId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// One identity merged into another of its pool. An identity is merged into another at most once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merge {
    /// The pool of both.
    pub pool: IdentityPoolId,
    /// The identity that goes on.
    pub survivor: IdentityId,
    /// The identity that is disabled since.
    pub disabled: IdentityId,
    /// Why they were merged.
    pub cause: MergeCause,
    /// The logins that the survivor has from the other.
    pub logins: Vec<LoginKey>,
    /// When it was.
    pub at: Timestamp,
}

/// Why identities were merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MergeCause {
    /// A guest showed a login that another identity held.
    GuestSignedIn,
    /// Logins that two identities held were shown together.
    LoginsMet,
    /// The pool's own backend asked for it.
    UsersMerged,
}
