//! The policies of a role: inline ones, managed ones that are attached, and its permissions boundary.

use crate::House;
use crate::iam::attachments;
use crate::iam::roles::{self, Named, RoleRefused, find};
use domain::arn::PolicyArn;
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::{ManagedPolicies, Roles, Stop, refuse};
use policy::{Kind, Quota};

/// Writes an inline policy of a role, whatever was there under its name.
pub fn put_policy(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    (policy, text): (&PolicyName, &str),
) -> Result<(), Stop<RoleRefused>> {
    let mut role = find(records, house, named)?;
    check(house, named.name, (policy, text))?;
    role.policies.insert(policy.clone(), text.to_owned());
    check_size(&role)?;
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
    match find(records, house, named)?.policies.remove(policy) {
        Some(text) => Ok(text),
        None => refuse(RoleRefused::NoSuchPolicy(policy.clone())),
    }
}

/// Deletes an inline policy.
pub fn delete_policy(
    records: &mut impl Roles,
    house: &House,
    named: Named<'_>,
    policy: &PolicyName,
) -> Result<(), Stop<RoleRefused>> {
    let mut role = find(records, house, named)?;
    if role.policies.remove(policy).is_none() {
        return refuse(RoleRefused::NoSuchPolicy(policy.clone()));
    }
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

/// Whether an inline policy can be read.
pub(super) fn check(
    house: &House,
    role: &RoleName,
    (name, text): (&PolicyName, &str),
) -> Result<(), Stop<RoleRefused>> {
    roles::check(house, Kind::Identity, text, || format!("policy `{name}` of `{role}`")).map(drop)
}

/// Whether a role's inline policies are small enough together.
pub(super) fn check_size(role: &Role) -> Result<(), Stop<RoleRefused>> {
    if Quota::InlineOfRole.holds(role.policies.values().map(String::as_str)) {
        Ok(())
    } else {
        refuse(RoleRefused::TooMuchInline(role.name.clone()))
    }
}
