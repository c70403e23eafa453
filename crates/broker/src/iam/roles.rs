//! Roles: making, changing and deleting them.
//!
//! Policies that would not be evaluated to the letter are refused when they are written, not ignored later.

use crate::House;
use crate::iam::attachments::{self, AttachRefused};
use crate::iam::revocations::revoke;
use crate::iam::{inline, listing, principals, role_policies};
use crate::identity_pool::handing_out::{self, Unsafe};
use domain::arn::PolicyArn;
use domain::entropy::Entropy;
use domain::iam::id::RoleId;
use domain::iam::path::Path;
use domain::iam::principal::NamedPrincipal;
use domain::iam::revocation::Revocable;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::{IamUsers, IdentityPools, ManagedPolicies, Read, Revocations, Roles, Stop, refuse};
use domain::tag::{BadTags, TagKeys, Tags};
use domain::time::{Span, Timestamp};
use policy::{Kind, Malformed, Quota};
use std::collections::{BTreeMap, BTreeSet};

/// The most roles of an account. Source: IAM user guide, "IAM and STS quotas".
pub const MOST: usize = 1_000;

/// A role as it is asked for.
#[derive(Debug, Clone)]
pub struct NewRole {
    /// Its name.
    pub name: RoleName,
    /// Its path.
    pub path: Path,
    /// What it is for, in words.
    pub description: Option<String>,
    /// How long its sessions may live at most.
    pub longest_session: Span,
    /// The text of its trust policy.
    pub trust: String,
    /// The texts of its inline policies by name.
    pub policies: BTreeMap<PolicyName, String>,
    /// The managed policy that bounds it, if one shall.
    pub boundary: Option<PolicyArn>,
    /// What is written on it.
    pub tags: Tags,
}

/// A role that somebody may do something to.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Its name.
    pub name: &'a RoleName,
    /// The ARN that access was decided for. A role that was made anew under another path since then is not the one.
    pub arn: &'a str,
}

/// Why nothing was done to a role.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleRefused {
    /// There is one of this name.
    #[error("a role with name `{0}` already exists")]
    Exists(RoleName),
    /// There are as many as can be.
    #[error("there are {MOST} roles already")]
    TooMany,
    /// There is none of this name.
    #[error("there is no role with name `{0}`")]
    NoSuchRole(RoleName),
    /// The role has no policy of this name.
    #[error("the role has no policy with name `{0}`")]
    NoSuchPolicy(PolicyName),
    /// The role still has inline policies.
    #[error("the role `{0}` still has policies")]
    HasPolicies(RoleName),
    /// Managed policies are still attached to the role.
    #[error("managed policies are still attached to the role `{0}`")]
    HasAttached(RoleName),
    /// The tags cannot stand beside each other.
    #[error("{0}")]
    Tags(#[from] BadTags),
    /// What a managed policy cannot be to the role.
    #[error("{0}")]
    Attachment(#[from] AttachRefused),
    /// A policy cannot be read, or holds what Cenote does not evaluate.
    #[error("{what}: {why}")]
    Malformed {
        /// Which policy.
        what: String,
        /// What is wrong with it.
        why: Malformed,
    },
    /// A pool hands the role out, and its trust policy lets in others than it should.
    #[error("{0}")]
    Unsafe(Unsafe),
    /// The inline policies would be larger than [`Quota::InlineOfRole`].
    #[error("the policies of role `{0}` would have more than {limit} characters", limit = Quota::InlineOfRole.limit())]
    TooMuchInline(RoleName),
    /// The trust policy would be larger than [`Quota::Trust`].
    #[error("the trust policy would have more than {} characters", Quota::Trust.limit())]
    TooMuchTrust,
}

/// Makes a role.
pub fn create(
    records: &mut (impl Roles + IamUsers + ManagedPolicies + IdentityPools),
    house: &House,
    new: &NewRole,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Role, Stop<RoleRefused>> {
    if records.role(&new.name)?.is_some() {
        return refuse(RoleRefused::Exists(new.name.clone()));
    }
    let trusted = check_trust(records, house, &new.name, &new.trust)?;
    for (name, text) in &new.policies {
        let checked = inline::check(house, role_policies::owner(&new.name), (name, text));
        checked.map_err(|why| role_policies::refused(&new.name, why))?;
    }
    if let Some(boundary) = &new.boundary
        && let Err(no) = attachments::check_boundary(records, boundary)?
    {
        return refuse(no.into());
    }
    if records.count_roles(MOST)? >= MOST {
        return refuse(RoleRefused::TooMany);
    }
    let role = Role {
        name: new.name.clone(),
        id: RoleId::draw(entropy),
        path: new.path.clone(),
        description: new.description.clone(),
        longest_session: new.longest_session,
        trust: new.trust.clone(),
        trusted,
        policies: new.policies.clone(),
        attached: BTreeSet::new(),
        boundary: new.boundary.clone(),
        tags: new.tags.clone(),
        created: now,
    };
    let fitting = inline::check_size(role_policies::owner(&role.name), &role.policies);
    fitting.map_err(|why| role_policies::refused(&role.name, why))?;
    check_in_use(records, house, &role)?;
    records.put_role(&role);
    Ok(role)
}

/// Finds a role.
pub fn find(records: &mut impl Roles, house: &House, named: Named<'_>) -> Result<Role, Stop<RoleRefused>> {
    let is_the_one = |role: &Role| role.arn(&house.account.id).to_string() == named.arn;
    match records.role(named.name)?.filter(is_the_one) {
        Some(role) => Ok(role),
        None => refuse(RoleRefused::NoSuchRole(named.name.clone())),
    }
}

/// Roles whose path begins with this, in the order of their names, from after one of them; one more than `limit` if
/// there are more.
pub fn list(
    records: &mut impl Roles,
    path_prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Read<Vec<Role>> {
    listing::filtered(
        |after, limit| records.roles(after, limit),
        (|role: &Role| role.name.folded(), |role: &Role| role.path.as_str().starts_with(path_prefix)),
        after,
        limit,
    )
}

/// Changes what a role is for, or how long its sessions may live; what is `None` stays. Gives the role as it is then.
pub fn update(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    description: Option<&str>,
    longest_session: Option<Span>,
) -> Result<Role, Stop<RoleRefused>> {
    let mut role = find(records, house, named)?;
    role.description = description.map(str::to_owned).or(role.description);
    role.longest_session = longest_session.unwrap_or(role.longest_session);
    records.put_role(&role);
    Ok(role)
}

/// Writes tags on a role, in the place of those that have their keys, whatever their case.
pub fn tag(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    tags: &Tags,
) -> Result<(), Stop<RoleRefused>> {
    let role = find(records, house, named)?;
    match role.tags.overridden_by(tags) {
        Ok(tags) => {
            records.put_role(&Role { tags, ..role });
            Ok(())
        }
        Err(no) => refuse(no.into()),
    }
}

/// Takes tags off a role, those of them that it has.
pub fn untag(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    keys: &TagKeys,
) -> Result<(), Stop<RoleRefused>> {
    let role = find(records, house, named)?;
    let tags = role.tags.without_any_case(keys.iter());
    records.put_role(&Role { tags, ..role });
    Ok(())
}

/// Puts a trust policy in the place of a role's.
pub fn update_trust(
    records: &mut (impl Roles + IamUsers + IdentityPools),
    house: &House,
    named: Named<'_>,
    trust: &str,
) -> Result<(), Stop<RoleRefused>> {
    let role = find(records, house, named)?;
    let trusted = check_trust(records, house, named.name, trust)?;
    let role = Role { trust: trust.to_owned(), trusted, ..role };
    check_in_use(records, house, &role)?;
    records.put_role(&role);
    Ok(())
}

/// Refuses a role that a pool hands out to others than it should, also one that was deleted and is made anew.
fn check_in_use(
    records: &mut impl IdentityPools,
    house: &House,
    role: &Role,
) -> Result<(), Stop<RoleRefused>> {
    match handing_out::check_in_use(records, house, role)? {
        Ok(()) => Ok(()),
        Err(no) => refuse(RoleRefused::Unsafe(no)),
    }
}

/// Deletes a role that has no policies; a boundary does not keep it. Sessions of it are revoked, also if it is made anew.
pub fn delete(
    records: &mut (impl Roles + Revocations),
    house: &House,
    named: Named<'_>,
    now: Timestamp,
) -> Result<(), Stop<RoleRefused>> {
    let role = find(records, house, named)?;
    if !role.attached.is_empty() {
        return refuse(RoleRefused::HasAttached(role.name));
    }
    if !role.policies.is_empty() {
        return refuse(RoleRefused::HasPolicies(role.name));
    }
    records.delete_role(named.name);
    Ok(revoke(records, [Revocable::Role(role.id)], now)?)
}

/// Whether a trust policy can be read and names nobody who is not there; gives whom it names.
fn check_trust(
    records: &mut (impl Roles + IamUsers),
    house: &House,
    role: &RoleName,
    text: &str,
) -> Result<Vec<NamedPrincipal>, Stop<RoleRefused>> {
    if !Quota::Trust.holds([text]) {
        return refuse(RoleRefused::TooMuchTrust);
    }
    let named = match house.policies.compiled(Kind::Trust, text) {
        Ok(trust) => principals::named_in(records, house, &trust)?,
        Err(why) => Err(why),
    };
    match named {
        Ok(named) => Ok(named),
        Err(why) => refuse(RoleRefused::Malformed { what: format!("trust policy of `{role}`"), why }),
    }
}
