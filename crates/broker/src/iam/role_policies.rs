//! The policies of a role: inline ones, managed ones that are attached, and its permissions boundary.

use crate::House;
use crate::iam::attachments;
use crate::iam::inline::{self, InlineRefused, Owner, Sort};
use crate::iam::roles::{Named, RoleRefused, find};
use domain::arn::PolicyArn;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::{ManagedPolicies, Roles, Stop, refuse};

/// Writes an inline policy of a role, whatever was there under its name.
pub fn put_policy(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    policy: (&PolicyName, &str),
) -> Result<(), Stop<RoleRefused>> {
    let mut role = find(records, house, named)?;
    let put = inline::put(house, owner(&role.name), &mut role.policies, policy);
    put.map_err(|why| refused(named.name, why))?;
    records.put_role(&role);
    Ok(())
}

/// The text of an inline policy.
pub fn policy(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    policy: &PolicyName,
) -> Result<String, Stop<RoleRefused>> {
    let mut role = find(records, house, named)?;
    let taken = inline::take(owner(&role.name), &mut role.policies, policy);
    taken.map_err(|why| refused(named.name, why))
}

/// Deletes an inline policy.
pub fn delete_policy(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    policy: &PolicyName,
) -> Result<(), Stop<RoleRefused>> {
    let mut role = find(records, house, named)?;
    let taken = inline::take(owner(&role.name), &mut role.policies, policy);
    taken.map_err(|why| refused(named.name, why))?;
    records.put_role(&role);
    Ok(())
}

/// Attaches a managed policy to a role.
pub fn attach(
    records: &mut (impl Roles + ManagedPolicies),
    house: &House,
    named: Named<'_>,
    policy: &PolicyArn,
) -> Result<(), Stop<RoleRefused>> {
    let mut role = find(records, house, named)?;
    if let Err(no) = attachments::attach(records, &mut role.attached, policy)? {
        return refuse(no.into());
    }
    records.put_role(&role);
    Ok(())
}

/// Detaches a managed policy from a role.
pub fn detach(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    policy: &PolicyArn,
) -> Result<(), Stop<RoleRefused>> {
    let mut role = find(records, house, named)?;
    if let Err(no) = attachments::detach(&mut role.attached, policy) {
        return refuse(no.into());
    }
    records.put_role(&role);
    Ok(())
}

/// Bounds what a role is allowed by a managed policy, in the place of any that did.
pub fn put_boundary(
    records: &mut (impl Roles + ManagedPolicies),
    house: &House,
    named: Named<'_>,
    policy: &PolicyArn,
) -> Result<(), Stop<RoleRefused>> {
    let role = find(records, house, named)?;
    if let Err(no) = attachments::check_boundary(records, policy)? {
        return refuse(no.into());
    }
    records.put_role(&Role { boundary: Some(policy.clone()), ..role });
    Ok(())
}

/// Lets nothing bound a role any more, whether or not something did.
pub fn delete_boundary(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
) -> Result<(), Stop<RoleRefused>> {
    let role = find(records, house, named)?;
    records.put_role(&Role { boundary: None, ..role });
    Ok(())
}

/// A role as the owner of inline policies.
pub(super) fn owner(role: &RoleName) -> Owner {
    Owner { sort: Sort::Role, name: role.to_string() }
}

/// What a no about an inline policy is to a role.
pub(super) fn refused(role: &RoleName, why: InlineRefused) -> Stop<RoleRefused> {
    Stop::Refused(match why {
        InlineRefused::NoSuchPolicy { name, .. } => RoleRefused::NoSuchPolicy(name),
        InlineRefused::Malformed { name, why, .. } => {
            RoleRefused::Malformed { what: format!("policy `{name}` of `{role}`"), why }
        }
        InlineRefused::TooMuch(_) => RoleRefused::TooMuchInline(role.clone()),
    })
}
