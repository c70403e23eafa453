//! A group of users, who may do what it may do.

use crate::account::AccountId;
use crate::arn::{GroupArn, PolicyArn};
use crate::iam::id::GroupId;
use crate::iam::path::Path;
use crate::iam::role::{PolicyName, is_name_byte};
use crate::text::{all, text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many groups an account has at most. Source: IAM user guide, "IAM and STS quotas".
pub const MOST_GROUPS: usize = 300;

text!(
    /// A group's name: 1 to 128 characters of `[\w+=,.@-]`.
    GroupName,
    "a group name",
    |text| all(text, 128, is_name_byte)
);

impl GroupName {
    /// The name as it is compared: whatever its case.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// A group. Its members say themselves that they are in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name, unique in the account.
    pub name: GroupName,
    /// Its unique id.
    pub id: GroupId,
    /// Its path, a part of its ARN.
    pub path: Path,
    /// The inline policies by name: what its members may do. Texts of documents that were parsed when they were written.
    pub policies: BTreeMap<PolicyName, String>,
    /// The managed policies that are attached to it: they allow and deny as the inline ones do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub attached: BTreeSet<PolicyArn>,
    /// When it was made.
    pub created: Timestamp,
}

impl Group {
    /// Its ARN in an account.
    pub fn arn(&self, account: &AccountId) -> GroupArn {
        GroupArn::new(account.clone(), self.path.clone(), self.name.clone())
    }
}
