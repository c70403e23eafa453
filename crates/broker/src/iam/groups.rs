//! Groups of users: making and deleting them, who is in them, and the policies in them.

use crate::House;
use crate::iam::attachments::{self, AttachRefused};
use crate::iam::inline::{self, InlineRefused, Owner, Sort};
use crate::iam::listing;
use crate::iam::users::{self, UserRefused};
use domain::arn::PolicyArn;
use domain::entropy::Entropy;
use domain::iam::group::{Group, GroupName, MOST_GROUPS};
use domain::iam::id::GroupId;
use domain::iam::path::Path;
use domain::iam::role::PolicyName;
use domain::iam::user::{MOST_GROUPS_OF_USER, User, UserName};
use domain::records::{Groups, IamUsers, ManagedPolicies, Read, Stop, refuse};
use domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A group as it is asked for.
#[derive(Debug, Clone)]
pub struct NewGroup {
    /// Its name.
    pub name: GroupName,
    /// Its path.
    pub path: Path,
}

/// A group that somebody may do something to.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Its name.
    pub name: &'a GroupName,
    /// The ARN that access was decided for. A group that was made anew under another path since then is not the one.
    pub arn: &'a str,
}

/// Why nothing was done to a group.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupRefused {
    /// There is one of this name.
    #[error("a group with name `{0}` already exists")]
    Exists(GroupName),
    /// There is none of this name.
    #[error("there is no group with name `{0}`")]
    NoSuchGroup(GroupName),
    /// The account is full.
    #[error("there are {MOST_GROUPS} groups already")]
    TooMany,
    /// Somebody is still in it.
    #[error("the group `{0}` still has members")]
    HasMembers(GroupName),
    /// Managed policies are still attached to it.
    #[error("managed policies are still attached to the group `{0}`")]
    HasAttached(GroupName),
    /// What a managed policy cannot be to it.
    #[error("{0}")]
    Attachment(#[from] AttachRefused),
    /// It still has inline policies.
    #[error("the group `{0}` still has policies")]
    HasPolicies(GroupName),
    /// An inline policy is not what it should be.
    #[error("{0}")]
    Inline(#[from] InlineRefused),
    /// A user is not what they should be.
    #[error("{0}")]
    User(#[from] UserRefused),
    /// A user is in as many groups as they may be.
    #[error("the user `{0}` is in {MOST_GROUPS_OF_USER} groups already")]
    TooManyOfUser(UserName),
    /// A user is not in it.
    #[error("the user `{user}` is not in the group `{group}`")]
    NotIn {
        /// The user.
        user: UserName,
        /// The group.
        group: GroupName,
    },
}

/// Makes a group.
pub fn create(
    records: &mut impl Groups,
    new: &NewGroup,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Group, Stop<GroupRefused>> {
    if records.group(&new.name)?.is_some() {
        return refuse(GroupRefused::Exists(new.name.clone()));
    }
    if records.count_groups(MOST_GROUPS)? >= MOST_GROUPS {
        return refuse(GroupRefused::TooMany);
    }
    let group = Group {
        name: new.name.clone(),
        id: GroupId::draw(entropy),
        path: new.path.clone(),
        policies: BTreeMap::new(),
        attached: BTreeSet::new(),
        created: now,
    };
    records.put_group(&group);
    Ok(group)
}

/// Finds a group.
pub fn find(records: &mut impl Groups, house: &House, named: Named<'_>) -> Result<Group, Stop<GroupRefused>> {
    let is_the_one = |group: &Group| group.arn(&house.account.id).to_string() == named.arn;
    match records.group(named.name)?.filter(is_the_one) {
        Some(group) => Ok(group),
        None => refuse(GroupRefused::NoSuchGroup(named.name.clone())),
    }
}

/// Groups whose path begins with this, in the order of their names, from after one of them; one more than `limit` if
/// there are more.
pub fn list(
    records: &mut impl Groups,
    path_prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Read<Vec<Group>> {
    listing::filtered(
        |after, limit| records.groups(after, limit),
        (|group: &Group| group.name.folded(), |group: &Group| group.path.as_str().starts_with(path_prefix)),
        after,
        limit,
    )
}

/// The members of a group, in the order of their names, from after one of them; one more than `limit` if there are more.
pub fn members(
    records: &mut impl Groups,
    house: &House,
    named: Named<'_>,
    after: Option<&str>,
    limit: usize,
) -> Result<(Group, Vec<User>), Stop<GroupRefused>> {
    let group = find(records, house, named)?;
    let members = records.members(&group.name, after, limit + 1)?;
    Ok((group, members))
}

/// The groups that a user is in, in the order of their names.
pub fn of_user(
    records: &mut (impl Groups + IamUsers),
    house: &House,
    named: users::Named<'_>,
) -> Result<Vec<Group>, Stop<UserRefused>> {
    let user = users::find(records, house, named)?;
    let mut groups = Vec::with_capacity(user.groups.len());
    for name in &user.groups {
        groups.extend(records.group(name)?);
    }
    groups.sort_by_key(|group| group.name.folded());
    Ok(groups)
}

/// Deletes a group that has nothing and nobody any more.
pub fn delete(records: &mut impl Groups, house: &House, named: Named<'_>) -> Result<(), Stop<GroupRefused>> {
    let group = find(records, house, named)?;
    if !records.members(&group.name, None, 1)?.is_empty() {
        return refuse(GroupRefused::HasMembers(group.name));
    }
    if !group.attached.is_empty() {
        return refuse(GroupRefused::HasAttached(group.name));
    }
    if !group.policies.is_empty() {
        return refuse(GroupRefused::HasPolicies(group.name));
    }
    records.delete_group(&group.name);
    Ok(())
}

/// Puts a user into a group, unless they are in it.
pub fn add(
    records: &mut (impl Groups + IamUsers),
    house: &House,
    named: Named<'_>,
    user: &UserName,
) -> Result<(), Stop<GroupRefused>> {
    let group = find(records, house, named)?;
    let mut user = known(records, user)?;
    if user.groups.contains(&group.name) {
        return Ok(());
    }
    if user.groups.len() >= MOST_GROUPS_OF_USER {
        return refuse(GroupRefused::TooManyOfUser(user.name));
    }
    user.groups.insert(group.name);
    records.put_iam_user(&user);
    Ok(())
}

/// Takes a user out of a group.
pub fn remove(
    records: &mut (impl Groups + IamUsers),
    house: &House,
    named: Named<'_>,
    user: &UserName,
) -> Result<(), Stop<GroupRefused>> {
    let group = find(records, house, named)?;
    let mut user = known(records, user)?;
    if !user.groups.remove(&group.name) {
        return refuse(GroupRefused::NotIn { user: user.name, group: group.name });
    }
    records.put_iam_user(&user);
    Ok(())
}

fn known(records: &mut impl IamUsers, user: &UserName) -> Result<User, Stop<GroupRefused>> {
    match records.iam_user(user)? {
        Some(user) => Ok(user),
        None => refuse(UserRefused::NoSuchUser(user.clone()).into()),
    }
}

/// Writes an inline policy of a group, whatever was there under its name.
pub fn put_policy(
    records: &mut impl Groups,
    house: &House,
    named: Named<'_>,
    policy: (&PolicyName, &str),
) -> Result<(), Stop<GroupRefused>> {
    let mut group = find(records, house, named)?;
    inline::put(house, owner(&group), &mut group.policies, policy).map_err(refused)?;
    records.put_group(&group);
    Ok(())
}

/// The text of an inline policy.
pub fn policy(
    records: &mut impl Groups,
    house: &House,
    named: Named<'_>,
    policy: &PolicyName,
) -> Result<String, Stop<GroupRefused>> {
    let mut group = find(records, house, named)?;
    inline::take(owner(&group), &mut group.policies, policy).map_err(refused)
}

/// Deletes an inline policy.
pub fn delete_policy(
    records: &mut impl Groups,
    house: &House,
    named: Named<'_>,
    policy: &PolicyName,
) -> Result<(), Stop<GroupRefused>> {
    let mut group = find(records, house, named)?;
    inline::take(owner(&group), &mut group.policies, policy).map_err(refused)?;
    records.put_group(&group);
    Ok(())
}

/// Attaches a managed policy to a group.
pub fn attach(
    records: &mut (impl Groups + ManagedPolicies),
    house: &House,
    named: Named<'_>,
    policy: &PolicyArn,
) -> Result<(), Stop<GroupRefused>> {
    let mut group = find(records, house, named)?;
    if let Err(no) = attachments::attach(records, &mut group.attached, policy)? {
        return refuse(no.into());
    }
    records.put_group(&group);
    Ok(())
}

/// Detaches a managed policy from a group.
pub fn detach(
    records: &mut impl Groups,
    house: &House,
    named: Named<'_>,
    policy: &PolicyArn,
) -> Result<(), Stop<GroupRefused>> {
    let mut group = find(records, house, named)?;
    if let Err(no) = attachments::detach(&mut group.attached, policy) {
        return refuse(no.into());
    }
    records.put_group(&group);
    Ok(())
}

fn owner(group: &Group) -> Owner {
    Owner { sort: Sort::Group, name: group.name.to_string() }
}

fn refused(why: InlineRefused) -> Stop<GroupRefused> {
    Stop::Refused(why.into())
}
