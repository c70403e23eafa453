//! What a pool can be told beyond AWS's settings; the server's own service tells it.

use crate::iam::session::SessionPolicy;
use serde::{Deserialize, Serialize};

/// The options of a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PoolOptions {
    /// What its guests may do at most, whatever their role allows; what the server says if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_scope_down: Option<Vec<SessionPolicy>>,
}
