//! What a pool can be told beyond AWS's settings; the server's own service tells it.

use crate::iam::session_policy::SessionPolicy;
use serde::{Deserialize, Serialize};

/// The options of a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PoolOptions {
    /// What its guests may do at most, whatever their role allows; what the server says if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_scope_down: Option<Vec<SessionPolicy>>,
    /// What ids its new identities get.
    pub new_ids: NewIds,
    /// What an id is good for when its identity was merged into another.
    pub disabled_ids: DisabledIds,
}

/// What ids the new identities of a pool get. Guests' are always drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NewIds {
    /// Random ones, as at AWS.
    #[default]
    Drawn,
    /// Those that follow from the login: the same in every pool of this id, on whatever server.
    Derived,
}

/// What the id of a disabled identity is good for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DisabledIds {
    /// Nothing, as at AWS.
    #[default]
    Refused,
    /// Whoever proves the identity that goes on in its place gets that one.
    Resolved,
}
