//! A role: who may take it on, and what it allows.

use crate::account::AccountId;
use crate::arn::{PolicyArn, RoleArn};
use crate::iam::id::RoleId;
use crate::iam::path::Path;
use crate::iam::principal::NamedPrincipal;
use crate::tag::Tags;
use crate::text::{all, is_word, text};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

text!(
    /// A role's name: 1 to 64 characters of `[\w+=,.@-]`.
    RoleName,
    "a role name",
    |text| all(text, 64, is_name_byte)
);

text!(
    /// A policy's name: 1 to 128 characters of `[\w+=,.@-]`.
    PolicyName,
    "a policy name",
    |text| all(text, 128, is_name_byte)
);

impl RoleName {
    /// The name as it is compared: whatever its case.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PolicyName {
    /// The name of a managed policy as it is compared: whatever its case.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    is_word(byte) || b"+=,.@-".contains(&byte)
}

/// How long sessions of a role may live if it does not say.
pub const SESSION_LIFE: Span = Span::from_hours(1);

/// A role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name, unique in the account.
    pub name: RoleName,
    /// Its unique id.
    pub id: RoleId,
    /// Its path, a part of its ARN.
    pub path: Path,
    /// What it is for, in words.
    pub description: Option<String>,
    /// How long its sessions may live at most.
    pub longest_session: Span,
    /// The trust policy: who may take the role on. The text of a document that was parsed when it was written.
    pub trust: String,
    /// Those of the account whom the trust policy names, as they were when it was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted: Vec<NamedPrincipal>,
    /// The inline policies by name: what the role allows. Texts of documents that were parsed when they were written.
    pub policies: BTreeMap<PolicyName, String>,
    /// The managed policies that are attached to it: they allow and deny as the inline ones do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub attached: BTreeSet<PolicyArn>,
    /// The managed policy that bounds what it is allowed, if one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary: Option<PolicyArn>,
    /// What its administrators wrote on it; sessions of it have them as tags of the principal.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// When it was made.
    pub created: Timestamp,
}

impl Role {
    /// Its ARN in an account.
    pub fn arn(&self, account: &AccountId) -> RoleArn {
        RoleArn::new(account.clone(), self.path.clone(), self.name.clone())
    }
}
