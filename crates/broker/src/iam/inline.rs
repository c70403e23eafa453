//! Inline policies: those within a role, a user or a group.
//!
//! Policies that would not be evaluated to the letter are refused when they are written, not ignored later.

use crate::House;
use domain::iam::role::PolicyName;
use policy::{Kind, Malformed, Quota};
use std::collections::BTreeMap;

/// What has inline policies, by its sort and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The sort.
    pub sort: Sort,
    /// The name.
    pub name: String,
}

/// The sorts of what has inline policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A role.
    Role,
    /// A user.
    User,
    /// A group.
    Group,
}

impl Sort {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::Group => "group",
        }
    }

    /// How long the policies may be together.
    pub const fn quota(self) -> Quota {
        match self {
            Self::Role => Quota::InlineOfRole,
            Self::User => Quota::InlineOfUser,
            Self::Group => Quota::InlineOfGroup,
        }
    }
}

/// Why nothing was done to an inline policy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InlineRefused {
    /// There is none of this name.
    #[error("the {} `{}` has no policy with name `{name}`", .of.sort.word(), .of.name)]
    NoSuchPolicy {
        /// Whose it would be.
        of: Owner,
        /// The name.
        name: PolicyName,
    },
    /// It cannot be read, or holds what Cenote does not evaluate.
    #[error("policy `{name}` of {} `{}`: {why}", .of.sort.word(), .of.name)]
    Malformed {
        /// Whose it would be.
        of: Owner,
        /// Its name.
        name: PolicyName,
        /// What is wrong with it.
        why: Malformed,
    },
    /// All together would be too long.
    #[error(
        "the policies of {} `{}` would have more than {} characters",
        .0.sort.word(), .0.name, .0.sort.quota().limit()
    )]
    TooMuch(Owner),
}

/// Writes a policy among others, whatever was there under its name.
pub(super) fn put(
    house: &House,
    of: Owner,
    policies: &mut BTreeMap<PolicyName, String>,
    (name, text): (&PolicyName, &str),
) -> Result<(), InlineRefused> {
    check(house, of.clone(), (name, text))?;
    policies.insert(name.clone(), text.to_owned());
    check_size(of, policies)
}

/// Whether a policy can be read.
pub(super) fn check(
    house: &House,
    of: Owner,
    (name, text): (&PolicyName, &str),
) -> Result<(), InlineRefused> {
    match house.policies.compiled(Kind::Identity, text) {
        Ok(_) => Ok(()),
        Err(why) => Err(InlineRefused::Malformed { of, name: name.clone(), why }),
    }
}

/// Whether all policies of somebody are short enough together.
pub(super) fn check_size(of: Owner, policies: &BTreeMap<PolicyName, String>) -> Result<(), InlineRefused> {
    if of.sort.quota().holds(policies.values().map(String::as_str)) {
        Ok(())
    } else {
        Err(InlineRefused::TooMuch(of))
    }
}

/// Takes a policy from among others.
pub(super) fn take(
    of: Owner,
    policies: &mut BTreeMap<PolicyName, String>,
    name: &PolicyName,
) -> Result<String, InlineRefused> {
    policies.remove(name).ok_or_else(|| InlineRefused::NoSuchPolicy { of, name: name.clone() })
}
