//! What managed policies are to those who carry them: attached, or their permissions boundary.
//!
//! Whoever carries them changes its own set by these and is then written; the store keeps who carries which.

use crate::iam::managed_policies;
use domain::arn::PolicyArn;
use domain::records::{ManagedPolicies, Read};
use std::collections::BTreeSet;

/// The most managed policies that can be attached to one role, user or group. Source: IAM user guide, "IAM and STS
/// quotas".
pub const MOST_ATTACHED: usize = 10;

/// Why a policy was not attached or detached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttachRefused {
    /// There is no such policy.
    #[error("there is no managed policy `{0}`")]
    NoSuchPolicy(PolicyArn),
    /// As many as can be are attached already.
    #[error("there are {MOST_ATTACHED} managed policies attached already")]
    TooMany,
    /// It was not attached.
    #[error("the managed policy `{0}` is not attached")]
    NotAttached(PolicyArn),
    /// There is no such policy to be a permissions boundary.
    #[error("there is no managed policy `{0}` to be a permissions boundary")]
    NoSuchBoundary(PolicyArn),
}

/// Attaches a policy; one that is attached already stays so.
pub(super) fn attach(
    records: &mut impl ManagedPolicies,
    attached: &mut BTreeSet<PolicyArn>,
    policy: &PolicyArn,
) -> Read<Result<(), AttachRefused>> {
    if managed_policies::document_of(records, policy)?.is_none() {
        return Ok(Err(AttachRefused::NoSuchPolicy(policy.clone())));
    }
    if attached.len() >= MOST_ATTACHED && !attached.contains(policy) {
        return Ok(Err(AttachRefused::TooMany));
    }
    attached.insert(policy.clone());
    Ok(Ok(()))
}

/// Detaches a policy, whether or not there still is one.
pub(super) fn detach(attached: &mut BTreeSet<PolicyArn>, policy: &PolicyArn) -> Result<(), AttachRefused> {
    if attached.remove(policy) { Ok(()) } else { Err(AttachRefused::NotAttached(policy.clone())) }
}

/// Whether a policy can be a permissions boundary.
pub(super) fn check_boundary(
    records: &mut impl ManagedPolicies,
    policy: &PolicyArn,
) -> Read<Result<(), AttachRefused>> {
    let known = managed_policies::document_of(records, policy)?.is_some();
    Ok(if known { Ok(()) } else { Err(AttachRefused::NoSuchBoundary(policy.clone())) })
}
