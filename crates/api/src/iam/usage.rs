//! What a managed policy is to those who carry it, in IAM's words.

use broker::iam::policy_listing::Usage;
use serde::Deserialize;

/// `PolicyUsageFilter`.
#[derive(Clone, Copy, Deserialize)]
pub(super) enum GivenUsage {
    /// Attached.
    PermissionsPolicy,
    /// A permissions boundary.
    PermissionsBoundary,
}

impl From<GivenUsage> for Usage {
    fn from(given: GivenUsage) -> Self {
        match given {
            GivenUsage::PermissionsPolicy => Self::Attached,
            GivenUsage::PermissionsBoundary => Self::Boundary,
        }
    }
}
