//! A user of IAM: an administrator or a back end, who signs with keys of their own that do not end by themselves.

use crate::account::AccountId;
use crate::arn::{PolicyArn, UserArn};
use crate::iam::group::GroupName;
use crate::iam::id::UserId;
use crate::iam::path::Path;
use crate::iam::role::{PolicyName, is_name_byte};
use crate::tag::Tags;
use crate::text::{all, text};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many users an account has at most. Source: IAM user guide, "IAM and STS quotas".
pub const MOST_USERS: usize = 5000;

/// How many groups a user is in at most. Source: the same.
pub const MOST_GROUPS_OF_USER: usize = 10;

text!(
    /// A user's name: 1 to 128 characters of `[\w+=,.@-]`, of which IAM takes 64 for a new one.
    UserName,
    "a user name",
    |text| all(text, 128, is_name_byte)
);

impl UserName {
    /// The name as it is compared: whatever its case.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Their name, unique in the account.
    pub name: UserName,
    /// Their unique id.
    pub id: UserId,
    /// Their path, a part of their ARN.
    pub path: Path,
    /// The inline policies by name: what they may do. Texts of documents that were parsed when they were written.
    pub policies: BTreeMap<PolicyName, String>,
    /// The managed policies that are attached to them: they allow and deny as the inline ones do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub attached: BTreeSet<PolicyArn>,
    /// The managed policy that bounds what they are allowed, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<PolicyArn>,
    /// The groups that they are in: they may do what these may.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub groups: BTreeSet<GroupName>,
    /// What their administrators wrote on them; policies ask about it.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// When they were made.
    pub created: Timestamp,
}

impl User {
    /// Their ARN in an account.
    pub fn arn(&self, account: &AccountId) -> UserArn {
        UserArn::new(account.clone(), self.path.clone(), self.name.clone())
    }

    /// Who they are to whoever sees them sign.
    pub fn holder(&self, account: &AccountId) -> Holder {
        Holder { arn: self.arn(account), id: self.id.clone() }
    }
}

/// A user who holds an access key that signed. Their policies are asked anew for each decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Their ARN.
    pub arn: UserArn,
    /// Their unique id: a user made anew under the same name is another.
    pub id: UserId,
}
