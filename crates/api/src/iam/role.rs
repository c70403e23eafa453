//! A role as IAM's answers show it.

use super::given::Tag;
use domain::account::AccountId;
use domain::arn::PolicyArn;
use domain::iam::id::RoleId;
use domain::iam::path::Path;
use domain::iam::role::{Role, RoleName};
use domain::time::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// All but the unreserved characters of RFC 3986 section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A role.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shown {
    path: Path,
    role_name: RoleName,
    role_id: RoleId,
    arn: String,
    create_date: Timestamp,
    assume_role_policy_document: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    max_session_duration: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<ShownBoundary>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

/// What bounds somebody.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ShownBoundary {
    permissions_boundary_type: &'static str,
    permissions_boundary_arn: PolicyArn,
}

impl ShownBoundary {
    /// A managed policy that does; nothing else can.
    pub(super) const fn of(policy: PolicyArn) -> Self {
        Self { permissions_boundary_type: "Policy", permissions_boundary_arn: policy }
    }
}

impl Shown {
    /// This role of this account, by itself.
    pub(super) fn of(role: Role, account: &AccountId) -> Self {
        Self {
            arn: role.arn(account).to_string(),
            path: role.path,
            role_name: role.name,
            role_id: role.id,
            create_date: role.created,
            assume_role_policy_document: encoded(&role.trust),
            description: role.description,
            max_session_duration: role.longest_session.secs(),
            permissions_boundary: role.boundary.map(ShownBoundary::of),
            tags: Tag::all(&role.tags),
        }
    }

    /// This role among others, of which a listing does not show everything. Source: IAM API reference, "ListRoles".
    pub(super) fn listed(role: Role, account: &AccountId) -> Self {
        Self { permissions_boundary: None, tags: Vec::new(), ..Self::of(role, account) }
    }
}

/// A policy's text as IAM's answers hold it: percent-encoded. Source: spec of STS and IAM, section 6.
pub(super) fn encoded(policy: &str) -> String {
    utf8_percent_encode(policy, RESERVED).to_string()
}
