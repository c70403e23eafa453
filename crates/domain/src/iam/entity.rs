//! Those who carry managed policies.

use crate::iam::group::GroupName;
use crate::iam::role::RoleName;
use crate::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// Somebody of the account to whom managed policies can be attached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entity {
    /// A role.
    Role(RoleName),
    /// A user.
    User(UserName),
    /// A group.
    Group(GroupName),
}

impl Entity {
    /// What no other has: the kind and the name in lower case, in whose order they are listed.
    pub fn key(&self) -> String {
        match self {
            Self::Role(name) => format!("role/{}", name.folded()),
            Self::User(name) => format!("user/{}", name.folded()),
            Self::Group(name) => format!("group/{}", name.folded()),
        }
    }
}

/// What a managed policy is to somebody who carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyUse {
    /// Who carries it.
    pub entity: Entity,
    /// Whether it is attached, and so allows and denies.
    pub attached: bool,
    /// Whether it is their permissions boundary, and so bounds what they are allowed.
    pub boundary: bool,
}
