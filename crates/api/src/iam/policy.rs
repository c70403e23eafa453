//! Managed policies as IAM's answers show them.

use super::given::Tag;
use super::role::encoded;
use broker::iam::policy_listing::Counted;
use domain::arn::PolicyArn;
use domain::iam::id::PolicyId;
use domain::iam::managed_policy::{PolicyVersion, VersionId};
use domain::iam::path::Path;
use domain::iam::role::PolicyName;
use domain::time::Timestamp;
use serde::Serialize;

/// A managed policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shown {
    policy_name: PolicyName,
    policy_id: PolicyId,
    arn: PolicyArn,
    path: Path,
    default_version_id: VersionId,
    attachment_count: usize,
    permissions_boundary_usage_count: usize,
    is_attachable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    create_date: Timestamp,
    update_date: Timestamp,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl Shown {
    /// A policy by itself.
    pub(super) fn of(Counted { policy, attached, boundaries }: Counted) -> Self {
        Self {
            policy_name: policy.arn.name().clone(),
            policy_id: policy.id,
            path: policy.arn.path().clone(),
            arn: policy.arn,
            default_version_id: policy.default.id,
            attachment_count: attached,
            permissions_boundary_usage_count: boundaries,
            is_attachable: true,
            description: policy.description,
            create_date: policy.created,
            update_date: policy.updated,
            tags: Tag::all(&policy.tags),
        }
    }

    /// A policy among others, of which a listing does not show everything. Source: IAM API reference, "ListPolicies".
    pub(super) fn listed(counted: Counted) -> Self {
        Self { description: None, tags: Vec::new(), ..Self::of(counted) }
    }
}

/// A version of a managed policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ShownVersion {
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    version_id: VersionId,
    is_default_version: bool,
    create_date: Timestamp,
}

impl ShownVersion {
    /// A version without its text.
    pub(super) fn of(version: &PolicyVersion, counts: bool) -> Self {
        let (version_id, create_date) = (version.id, version.created);
        Self { document: None, version_id, is_default_version: counts, create_date }
    }

    /// A version with its text.
    pub(super) fn whole(version: &PolicyVersion, counts: bool) -> Self {
        Self { document: Some(encoded(&version.document)), ..Self::of(version, counts) }
    }

    /// Its number.
    pub(super) const fn id(&self) -> VersionId {
        self.version_id
    }
}
