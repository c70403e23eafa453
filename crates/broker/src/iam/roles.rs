//! Making roles.

use crate::House;
use domain::entropy::Entropy;
use domain::iam::role::{PolicyName, Role, RoleId, RoleName};
use domain::records::{Roles, Stop, refuse};
use domain::time::Timestamp;
use policy::{Kind, Malformed};
use std::collections::BTreeMap;

/// A role as it is asked for.
#[derive(Debug, Clone)]
pub struct NewRole {
    /// Its name.
    pub name: RoleName,
    /// The text of its trust policy.
    pub trust: String,
    /// The texts of its inline policies by name.
    pub policies: BTreeMap<PolicyName, String>,
}

/// Why a role is not made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleRefused {
    /// There is one of this name.
    #[error("a role with name `{0}` already exists")]
    Exists(RoleName),
    /// A policy cannot be read, or holds what Cenote does not evaluate.
    #[error("{what}: {why}")]
    Malformed {
        /// Which policy.
        what: String,
        /// What is wrong with it.
        why: Malformed,
    },
}

/// Makes a role. Policies that would not be evaluated to the letter are refused now, not ignored later.
pub fn create(
    records: &mut impl Roles,
    house: &House,
    new: &NewRole,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Role, Stop<RoleRefused>> {
    if records.role(&new.name)?.is_some() {
        return refuse(RoleRefused::Exists(new.name.clone()));
    }
    let check = |kind: Kind, what: String, text: &str| match house.policies.compiled(kind, text) {
        Ok(_) => Ok(()),
        Err(why) => refuse(RoleRefused::Malformed { what, why }),
    };
    check(Kind::Trust, format!("trust policy of `{}`", new.name), &new.trust)?;
    for (name, text) in &new.policies {
        check(Kind::Identity, format!("policy `{name}` of `{}`", new.name), text)?;
    }
    let role = Role {
        name: new.name.clone(),
        id: RoleId::draw(entropy),
        trust: new.trust.clone(),
        policies: new.policies.clone(),
        created: now,
    };
    records.put_role(&role);
    Ok(role)
}
