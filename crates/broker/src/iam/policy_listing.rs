//! Which managed policies there are, and who carries them.

use crate::iam::aws_managed;
use domain::arn::{PolicyArn, PolicyOwner};
use domain::iam::entity::{Entity, PolicyUse};
use domain::iam::group::Group;
use domain::iam::managed_policy::ManagedPolicy;
use domain::iam::role::Role;
use domain::iam::user::User;
use domain::records::{Groups, IamUsers, ManagedPolicies, Read, Roles};

/// How many records are looked at in one piece.
const PAGE: usize = 100;

/// What a policy may be to those who carry it, to look for one of the two alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Attached.
    Attached,
    /// A permissions boundary.
    Boundary,
}

/// Which policies are looked for.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// AWS's or the account's own; both if absent.
    pub of_aws: Option<bool>,
    /// What their paths begin with.
    pub path_prefix: &'a str,
    /// What somebody must carry them as.
    pub carried_as: Option<Usage>,
}

/// A policy and by how many it is carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The policy.
    pub policy: ManagedPolicy,
    /// To how many it is attached.
    pub attached: usize,
    /// Of how many it is the permissions boundary.
    pub boundaries: usize,
}

/// Somebody who carries a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Carrier {
    /// A role.
    Role(Role),
    /// A user.
    User(User),
    /// A group.
    Group(Group),
}

impl Usage {
    fn is_in(self, found: &PolicyUse) -> bool {
        match self {
            Self::Attached => found.attached,
            Self::Boundary => found.boundary,
        }
    }
}

/// By how many a policy is carried.
pub fn counted(records: &mut impl ManagedPolicies, policy: ManagedPolicy) -> Read<Counted> {
    let mut counted = Counted { policy, attached: 0, boundaries: 0 };
    let mut after = None;
    loop {
        let page = records.uses_of_policy(&counted.policy.arn, after.as_deref(), PAGE)?;
        counted.attached += page.iter().filter(|found| found.attached).count();
        counted.boundaries += page.iter().filter(|found| found.boundary).count();
        if page.len() < PAGE {
            return Ok(counted);
        }
        after = page.last().map(|found| found.entity.key());
    }
}

/// The policies that are looked for, the account's own in the order of their names and then AWS's, from after one of
/// them; one more than `limit` if there are more.
pub fn list(
    records: &mut impl ManagedPolicies,
    wanted: &Wanted<'_>,
    after: Option<&PolicyArn>,
    limit: usize,
) -> Read<Vec<Counted>> {
    let mut found = Vec::new();
    let is_past_own = after.is_some_and(|arn| *arn.owner() == PolicyOwner::Aws);
    if wanted.of_aws != Some(true) && !is_past_own {
        let mut after = after.map(|arn| arn.name().folded());
        loop {
            let page = records.managed_policies(after.as_deref(), PAGE)?;
            let is_last = page.len() < PAGE;
            after = page.last().map(|policy| policy.arn.name().folded());
            for policy in page {
                found.extend(wanted.of(records, policy)?);
                if found.len() > limit {
                    return Ok(found);
                }
            }
            if is_last {
                break;
            }
        }
    }
    if wanted.of_aws != Some(false) {
        for policy in aws_managed::all().filter(|policy| !is_past_own || Some(&policy.arn) > after) {
            found.extend(wanted.of(records, policy)?);
        }
    }
    found.truncate(limit + 1);
    Ok(found)
}

impl Wanted<'_> {
    /// The policy, if it is one of those that are looked for.
    fn of(&self, records: &mut impl ManagedPolicies, policy: ManagedPolicy) -> Read<Option<Counted>> {
        if !policy.arn.path().as_str().starts_with(self.path_prefix) {
            return Ok(None);
        }
        let counted = counted(records, policy)?;
        let fits = match self.carried_as {
            None => true,
            Some(Usage::Attached) => counted.attached > 0,
            Some(Usage::Boundary) => counted.boundaries > 0,
        };
        Ok(fits.then_some(counted))
    }
}

/// Which carriers are looked for.
pub struct WantedCarriers<'a> {
    /// Whom of them, by what they are.
    pub entity: fn(&Entity) -> bool,
    /// What their paths begin with.
    pub path_prefix: &'a str,
    /// What they must carry the policy as.
    pub carrying_as: Option<Usage>,
}

/// Who carries a policy, in the order of the keys of the entities, from after one of them; one more than `limit` if there
/// are more.
pub fn carriers(
    records: &mut (impl Roles + IamUsers + Groups + ManagedPolicies),
    policy: &PolicyArn,
    wanted: &WantedCarriers<'_>,
    after: Option<&str>,
    limit: usize,
) -> Read<Vec<Carrier>> {
    let mut found = Vec::new();
    let mut after = after.map(str::to_owned);
    loop {
        let page = records.uses_of_policy(policy, after.as_deref(), PAGE)?;
        after = page.last().map(|found| found.entity.key());
        let fits = |use_of_it: &&PolicyUse| {
            (wanted.entity)(&use_of_it.entity)
                && wanted.carrying_as.is_none_or(|usage| usage.is_in(use_of_it))
        };
        for use_of_it in page.iter().filter(fits) {
            let Some(carrier) = carrier(records, &use_of_it.entity)? else { continue };
            if carrier.path().starts_with(wanted.path_prefix) {
                found.push(carrier);
            }
            if found.len() > limit {
                return Ok(found);
            }
        }
        if page.len() < PAGE {
            return Ok(found);
        }
    }
}

fn carrier(records: &mut (impl Roles + IamUsers + Groups), entity: &Entity) -> Read<Option<Carrier>> {
    Ok(match entity {
        Entity::Role(name) => records.role(name)?.map(Carrier::Role),
        Entity::User(name) => records.iam_user(name)?.map(Carrier::User),
        Entity::Group(name) => records.group(name)?.map(Carrier::Group),
    })
}

impl Carrier {
    /// The key of the entity that it is.
    pub fn key(&self) -> String {
        match self {
            Self::Role(role) => Entity::Role(role.name.clone()).key(),
            Self::User(user) => Entity::User(user.name.clone()).key(),
            Self::Group(group) => Entity::Group(group.name.clone()).key(),
        }
    }

    fn path(&self) -> &str {
        match self {
            Self::Role(role) => role.path.as_str(),
            Self::User(user) => user.path.as_str(),
            Self::Group(group) => group.path.as_str(),
        }
    }
}
