//! What there is to change in the policies of roles, users, groups, pools and buckets, and in
//! managed policies. Nothing is refused for it.

use crate::House;
use crate::iam::inline::Owner;
use crate::iam::managed_policies::document_of;
use crate::identity_pool::{handing_out, scope_down};
use domain::arn::PolicyArn;
use domain::iam::role::{PolicyName, Role};
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, handed_out};
use domain::records::{Grounds, IdentityPools, ManagedPolicies, Read, Roles};
use domain::s3::bucket::BucketName;
use policy::{Finding, Holder, Kind, lint};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// How many pools are looked at in one piece.
const PAGE: usize = 100;

/// A finding, and what it was found in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The policy, or the pool, as an operator knows it: `policy s3 of role app`.
    pub place: String,
    /// A short name of what is wrong.
    pub code: &'static str,
    /// The statement's place in the policy, from 0.
    pub statement: Option<usize>,
    /// What to change, in one sentence.
    pub advice: String,
}

impl fmt::Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {}", self.code, self.place)?;
        if let Some(statement) = self.statement {
            write!(formatter, ", statement {statement}")?;
        }
        write!(formatter, ": {}", self.advice)
    }
}

/// Where a page of a look through everything begins: after the one of this name, else with the first of
/// its sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    /// Among the roles.
    Role(Option<String>),
    /// Among the users.
    User(Option<String>),
    /// Among the groups.
    Group(Option<String>),
    /// Among the managed policies of the account.
    Policy(Option<String>),
    /// Among the identity pools.
    Pool(Option<IdentityPoolId>),
    /// Among the buckets.
    Bucket(Option<String>),
}

impl fmt::Display for After {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(name) => write!(formatter, "role/{}", name.as_deref().unwrap_or_default()),
            Self::User(name) => write!(formatter, "user/{}", name.as_deref().unwrap_or_default()),
            Self::Group(name) => write!(formatter, "group/{}", name.as_deref().unwrap_or_default()),
            Self::Policy(name) => write!(formatter, "policy/{}", name.as_deref().unwrap_or_default()),
            Self::Pool(id) => write!(formatter, "pool/{}", id.as_ref().map_or("", IdentityPoolId::as_str)),
            Self::Bucket(name) => write!(formatter, "bucket/{}", name.as_deref().unwrap_or_default()),
        }
    }
}

/// What names no place that a page begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it names no place")]
pub struct NoPlace;

impl TryFrom<String> for After {
    type Error = NoPlace;

    fn try_from(text: String) -> Result<Self, NoPlace> {
        let (sort, name) = text.split_once('/').ok_or(NoPlace)?;
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        match sort {
            "role" => Ok(Self::Role(name)),
            "user" => Ok(Self::User(name)),
            "group" => Ok(Self::Group(name)),
            "policy" => Ok(Self::Policy(name)),
            "bucket" => Ok(Self::Bucket(name)),
            "pool" => match name.map(IdentityPoolId::try_from).transpose() {
                Ok(id) => Ok(Self::Pool(id)),
                Err(_) => Err(NoPlace),
            },
            _ => Err(NoPlace),
        }
    }
}

/// Looks through roles, users, groups, managed policies, pools and buckets, `limit` of them at most; gives where the next page begins.
pub fn page(
    records: &mut impl Grounds,
    house: &House,
    after: &After,
    limit: usize,
) -> Read<(Vec<Found>, Option<After>)> {
    let mut found = Vec::new();
    let next = match after {
        After::Role(name) => {
            let roles = records.roles(name.as_deref(), limit)?;
            for role in &roles {
                found.extend(of_role(records, house, role)?);
            }
            let last = roles.last().filter(|_| roles.len() == limit);
            last.map_or(Some(After::User(None)), |last| Some(After::Role(Some(last.name.folded()))))
        }
        After::User(name) => {
            let users = records.iam_users(name.as_deref(), limit)?;
            for user in &users {
                let whose = format!("user {}", user.name);
                found.extend(carried(records, &whose, (&user.policies, &user.attached), Holder::Unknown)?);
                found.extend(boundary(records, &whose, user.boundary.as_ref(), Holder::Unknown)?);
            }
            let last = users.last().filter(|_| users.len() == limit);
            last.map_or(Some(After::Group(None)), |last| Some(After::User(Some(last.name.folded()))))
        }
        After::Group(name) => {
            let groups = records.groups(name.as_deref(), limit)?;
            for group in &groups {
                let whose = format!("group {}", group.name);
                found.extend(carried(records, &whose, (&group.policies, &group.attached), Holder::Unknown)?);
            }
            let last = groups.last().filter(|_| groups.len() == limit);
            last.map_or(Some(After::Policy(None)), |last| Some(After::Group(Some(last.name.folded()))))
        }
        After::Policy(name) => {
            let policies = records.managed_policies(name.as_deref(), limit)?;
            found.extend(policies.iter().flat_map(|it| of_managed_policy(&it.arn, &it.default.document)));
            let last = policies.last().filter(|_| policies.len() == limit);
            last.map_or(Some(After::Pool(None)), |last| Some(After::Policy(Some(last.arn.name().folded()))))
        }
        After::Pool(id) => {
            let pools = records.identity_pools(id.as_ref(), limit)?;
            for pool in &pools {
                found.extend(of_pool(records, house, pool)?);
            }
            let last = pools.last().filter(|_| pools.len() == limit);
            last.map_or(Some(After::Bucket(None)), |last| Some(After::Pool(Some(last.id.clone()))))
        }
        After::Bucket(name) => {
            let buckets = records.buckets("", name.as_deref().unwrap_or_default(), limit)?;
            for bucket in &buckets {
                if let Some(text) = records.bucket_policy(&bucket.name)? {
                    found.extend(of_bucket_policy(&bucket.name, &text));
                }
            }
            let last = buckets.last().filter(|_| buckets.len() == limit);
            last.map(|last| After::Bucket(Some(last.name.to_string())))
        }
    };
    Ok((found, next))
}

/// Looks through what a role carries and who may take it on.
pub fn of_role(
    records: &mut (impl Roles + ManagedPolicies + IdentityPools),
    house: &House,
    role: &Role,
) -> Read<Vec<Found>> {
    let scope_downs = scope_downs_of(records, house, role)?;
    let scope_downs: Option<Vec<&str>> =
        scope_downs.as_ref().map(|texts| texts.iter().map(String::as_str).collect());
    let holder = scope_downs.as_deref().map_or(Holder::Role, Holder::Guests);
    let whose = format!("role {}", role.name);
    let mut found =
        look(&format!("the trust policy of {whose}"), &role.trust, (Kind::Trust, Holder::Unknown));
    found.extend(carried(records, &whose, (&role.policies, &role.attached), holder)?);
    found.extend(boundary(records, &whose, role.boundary.as_ref(), Holder::Role)?);
    Ok(found)
}

/// Looks through an inline policy of a user or a group.
pub fn of_inline(owner: &Owner, name: &PolicyName, text: &str) -> Vec<Found> {
    let place = format!("policy {name} of {} {}", owner.sort.word(), owner.name);
    look(&place, text, (Kind::Identity, Holder::Unknown))
}

/// Looks through the inline and the attached policies of a role, a user or a group.
fn carried(
    records: &mut impl ManagedPolicies,
    whose: &str,
    (inline, attached): (&BTreeMap<PolicyName, String>, &BTreeSet<PolicyArn>),
    holder: Holder<'_>,
) -> Read<Vec<Found>> {
    let mut found = Vec::new();
    for (name, text) in inline {
        found.extend(look(&format!("policy {name} of {whose}"), text, (Kind::Identity, holder)));
    }
    for arn in attached {
        let place = format!("{arn} attached to {whose}");
        found.extend(managed(records, arn, &place, holder)?);
    }
    Ok(found)
}

fn boundary(
    records: &mut impl ManagedPolicies,
    whose: &str,
    arn: Option<&PolicyArn>,
    holder: Holder<'_>,
) -> Read<Vec<Found>> {
    match arn {
        Some(arn) => managed(records, arn, &format!("{arn}, the boundary of {whose}"), holder),
        None => Ok(Vec::new()),
    }
}

/// Looks through a version of a managed policy, whoever carries it.
pub fn of_managed_policy(arn: &PolicyArn, text: &str) -> Vec<Found> {
    look(&arn.to_string(), text, (Kind::Identity, Holder::Unknown))
}

/// Looks through the policy of a bucket.
pub fn of_bucket_policy(bucket: &BucketName, text: &str) -> Vec<Found> {
    look(&format!("the policy of bucket {bucket}"), text, (Kind::Resource, Holder::Unknown))
}

/// Looks through what a pool hands out.
pub fn of_pool(records: &mut impl Roles, house: &House, pool: &IdentityPool) -> Read<Vec<Found>> {
    let place = format!("pool {}", pool.id);
    let mut found = Vec::new();
    let mut add = |code, advice| {
        found.push(Found { place: place.clone(), code, statement: None, advice });
    };
    for arn in handed_out(&pool.roles, &pool.role_mappings) {
        match records.role(arn.name())?.filter(|role| role.arn(&house.account.id) == *arn) {
            None => {
                add("role-missing", format!("make the role `{arn}`, or hand out another one in its place"))
            }
            Some(role) => {
                if let Err(no) = handing_out::check_trust(house, &role, pool) {
                    add("role-unsafe", no.to_string());
                }
            }
        }
    }
    for policy in pool.options.guest_scope_down.iter().flatten() {
        let place = format!("policy {} of the scope-down of pool {}", policy.name, pool.id);
        found.extend(look(&place, &policy.document, (Kind::Session, Holder::Role)));
    }
    Ok(found)
}

/// What guests may do at most of the pools that hand this role to guests; `None` if there is none.
fn scope_downs_of(records: &mut impl IdentityPools, house: &House, role: &Role) -> Read<Option<Vec<String>>> {
    let arn = role.arn(&house.account.id);
    let mut found: Option<Vec<String>> = None;
    let mut after = None;
    loop {
        let page = records.pools_of_role(&role.name, after.as_ref(), PAGE)?;
        for id in &page {
            let Some(pool) = records.identity_pool(id)? else { continue };
            if pool.hands_out_to(&arn).contains(&AuthState::Guest) {
                let policies = scope_down::of(house, &pool).policies;
                let texts = policies.into_iter().map(|policy| policy.document.into_owned());
                found.get_or_insert_default().extend(texts);
            }
        }
        if page.len() < PAGE {
            return Ok(found);
        }
        after = page.into_iter().next_back();
    }
}

fn managed(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
    place: &str,
    holder: Holder<'_>,
) -> Read<Vec<Found>> {
    Ok(match document_of(records, arn)? {
        Some(text) => look(place, &text, (Kind::Identity, holder)),
        None => {
            let advice = "detach the policy, which is gone: nothing is allowed while it is there".to_owned();
            vec![Found { place: place.to_owned(), code: "policy-missing", statement: None, advice }]
        }
    })
}

fn look(place: &str, text: &str, (kind, holder): (Kind, Holder<'_>)) -> Vec<Found> {
    let place = place.to_owned();
    match lint(text, kind, holder) {
        Ok(findings) => {
            let found = |Finding { code, statement, advice }| Found {
                place: place.clone(),
                code: code.name(),
                statement: Some(statement),
                advice,
            };
            findings.into_iter().map(found).collect()
        }
        Err(why) => {
            let advice = format!("write the policy anew, for it cannot be read any more: {why}");
            vec![Found { place, code: "unreadable", statement: None, advice }]
        }
    }
}
