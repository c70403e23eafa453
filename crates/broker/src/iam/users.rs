//! Users of IAM: making, changing and deleting them, and the policies in them.

use crate::House;
use crate::iam::attachments::{self, AttachRefused};
use crate::iam::inline::{self, InlineRefused, Owner, Sort};
use crate::iam::listing;
use crate::iam::revocations::{NotIssued, revoke};
use domain::arn::PolicyArn;
use domain::entropy::Entropy;
use domain::iam::access_key::{AccessKey, MOST_KEYS};
use domain::iam::id::UserId;
use domain::iam::path::Path;
use domain::iam::revocation::Revocable;
use domain::iam::role::PolicyName;
use domain::iam::user::{MOST_USERS, User, UserName};
use domain::records::{AccessKeys, IamUsers, ManagedPolicies, Read, Revocations, Stop, refuse};
use domain::tag::{BadTags, TagKeys, Tags};
use domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A user as they are asked for.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their name.
    pub name: UserName,
    /// Their path.
    pub path: Path,
    /// The managed policy that bounds them, if one shall.
    pub boundary: Option<PolicyArn>,
    /// What is written on them.
    pub tags: Tags,
}

/// A user whom somebody may do something to.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// Their name.
    pub name: &'a UserName,
    /// The ARN that access was decided for. A user who was made anew under another path since then is not the one.
    pub arn: &'a str,
}

/// What a user becomes; what is `None` stays.
#[derive(Debug, Clone)]
pub struct Change {
    /// Their name.
    pub name: Option<UserName>,
    /// Their path.
    pub path: Option<Path>,
}

impl Change {
    /// The path and name of a user after it.
    pub fn of(&self, user: &User) -> (Path, UserName) {
        let Self { name, path } = self;
        (path.as_ref().unwrap_or(&user.path).clone(), name.as_ref().unwrap_or(&user.name).clone())
    }
}

/// Why nothing was done to a user.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserRefused {
    /// There is one of this name.
    #[error("a user with name `{0}` already exists")]
    Exists(UserName),
    /// There is none of this name.
    #[error("there is no user with name `{0}`")]
    NoSuchUser(UserName),
    /// The account is full.
    #[error("there are {MOST_USERS} users already")]
    TooMany,
    /// Managed policies are still attached to them.
    #[error("managed policies are still attached to the user `{0}`")]
    HasAttached(UserName),
    /// What a managed policy cannot be to them.
    #[error("{0}")]
    Attachment(#[from] AttachRefused),
    /// They cannot have these tags.
    #[error("{0}")]
    Tags(#[from] BadTags),
    /// They still have inline policies.
    #[error("the user `{0}` still has policies")]
    HasPolicies(UserName),
    /// They are still in groups.
    #[error("the user `{0}` is still in groups")]
    InGroups(UserName),
    /// They still have access keys.
    #[error("the user `{0}` still has access keys")]
    HasKeys(UserName),
    /// An inline policy is not what it should be.
    #[error("{0}")]
    Inline(#[from] InlineRefused),
    /// They have no such access key. It is told as it was asked for: it need not be one.
    #[error("the user has no access key with id `{0}`")]
    NoSuchKey(String),
    /// They have as many access keys as they may.
    #[error("the user `{0}` has {MOST_KEYS} access keys already")]
    TooManyKeys(UserName),
    /// An operator stopped it.
    #[error("{0}")]
    NotIssued(NotIssued),
}

/// Makes a user.
pub fn create(
    records: &mut (impl IamUsers + ManagedPolicies),
    new: &NewUser,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<User, Stop<UserRefused>> {
    if records.iam_user(&new.name)?.is_some() {
        return refuse(UserRefused::Exists(new.name.clone()));
    }
    if let Some(boundary) = &new.boundary
        && let Err(no) = attachments::check_boundary(records, boundary)?
    {
        return refuse(no.into());
    }
    if records.count_iam_users(MOST_USERS)? >= MOST_USERS {
        return refuse(UserRefused::TooMany);
    }
    let user = User {
        name: new.name.clone(),
        id: UserId::draw(entropy),
        path: new.path.clone(),
        policies: BTreeMap::new(),
        attached: BTreeSet::new(),
        boundary: new.boundary.clone(),
        groups: BTreeSet::new(),
        tags: new.tags.clone(),
        created: now,
    };
    records.put_iam_user(&user);
    Ok(user)
}

/// Finds a user.
pub fn find(records: &mut impl IamUsers, house: &House, named: Named<'_>) -> Result<User, Stop<UserRefused>> {
    let is_the_one = |user: &User| user.arn(&house.account.id).to_string() == named.arn;
    match records.iam_user(named.name)?.filter(is_the_one) {
        Some(user) => Ok(user),
        None => refuse(UserRefused::NoSuchUser(named.name.clone())),
    }
}

/// Users whose path begins with this, in the order of their names, from after one of them; one more than `limit` if
/// there are more.
pub fn list(
    records: &mut impl IamUsers,
    path_prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Read<Vec<User>> {
    listing::filtered(
        |after, limit| records.iam_users(after, limit),
        (|user: &User| user.name.folded(), |user: &User| user.path.as_str().starts_with(path_prefix)),
        after,
        limit,
    )
}

/// Renames a user or moves them to another path. Their keys and whatever they have stay theirs.
pub fn update(
    records: &mut (impl IamUsers + AccessKeys),
    house: &House,
    named: Named<'_>,
    change: &Change,
) -> Result<(), Stop<UserRefused>> {
    let old = find(records, house, named)?;
    let (path, name) = change.of(&old);
    if name.folded() != old.name.folded() && records.iam_user(&name)?.is_some() {
        return refuse(UserRefused::Exists(name));
    }
    for key in records.access_keys(&old.id)? {
        records.put_access_key(&AccessKey { user: name.clone(), ..key });
    }
    records.delete_iam_user(&old.name);
    records.put_iam_user(&User { name, path, ..old });
    Ok(())
}

/// Deletes a user who has nothing any more. Sessions that go back to them end.
pub fn delete(
    records: &mut (impl IamUsers + AccessKeys + Revocations),
    house: &House,
    named: Named<'_>,
    now: Timestamp,
) -> Result<(), Stop<UserRefused>> {
    let user = find(records, house, named)?;
    if !user.attached.is_empty() {
        return refuse(UserRefused::HasAttached(user.name));
    }
    if !user.policies.is_empty() {
        return refuse(UserRefused::HasPolicies(user.name));
    }
    if !records.access_keys(&user.id)?.is_empty() {
        return refuse(UserRefused::HasKeys(user.name));
    }
    if !user.groups.is_empty() {
        return refuse(UserRefused::InGroups(user.name));
    }
    records.delete_iam_user(&user.name);
    Ok(revoke(records, [Revocable::IamUser(user.id)], now)?)
}

/// Writes an inline policy of a user, whatever was there under its name.
pub fn put_policy(
    records: &mut impl IamUsers,
    house: &House,
    named: Named<'_>,
    policy: (&PolicyName, &str),
) -> Result<(), Stop<UserRefused>> {
    let mut user = find(records, house, named)?;
    inline::put(house, owner(&user), &mut user.policies, policy).map_err(refused)?;
    records.put_iam_user(&user);
    Ok(())
}

/// The text of an inline policy.
pub fn policy(
    records: &mut impl IamUsers,
    house: &House,
    named: Named<'_>,
    policy: &PolicyName,
) -> Result<String, Stop<UserRefused>> {
    let mut user = find(records, house, named)?;
    inline::take(owner(&user), &mut user.policies, policy).map_err(refused)
}

/// Deletes an inline policy.
pub fn delete_policy(
    records: &mut impl IamUsers,
    house: &House,
    named: Named<'_>,
    policy: &PolicyName,
) -> Result<(), Stop<UserRefused>> {
    let mut user = find(records, house, named)?;
    inline::take(owner(&user), &mut user.policies, policy).map_err(refused)?;
    records.put_iam_user(&user);
    Ok(())
}

/// Attaches a managed policy to a user.
pub fn attach(
    records: &mut (impl IamUsers + ManagedPolicies),
    house: &House,
    named: Named<'_>,
    policy: &PolicyArn,
) -> Result<(), Stop<UserRefused>> {
    let mut user = find(records, house, named)?;
    if let Err(no) = attachments::attach(records, &mut user.attached, policy)? {
        return refuse(no.into());
    }
    records.put_iam_user(&user);
    Ok(())
}

/// Detaches a managed policy from a user.
pub fn detach(
    records: &mut impl IamUsers,
    house: &House,
    named: Named<'_>,
    policy: &PolicyArn,
) -> Result<(), Stop<UserRefused>> {
    let mut user = find(records, house, named)?;
    if let Err(no) = attachments::detach(&mut user.attached, policy) {
        return refuse(no.into());
    }
    records.put_iam_user(&user);
    Ok(())
}

/// Bounds what a user is allowed by a managed policy, in the place of any that did.
pub fn put_boundary(
    records: &mut (impl IamUsers + ManagedPolicies),
    house: &House,
    named: Named<'_>,
    policy: &PolicyArn,
) -> Result<(), Stop<UserRefused>> {
    let user = find(records, house, named)?;
    if let Err(no) = attachments::check_boundary(records, policy)? {
        return refuse(no.into());
    }
    records.put_iam_user(&User { boundary: Some(policy.clone()), ..user });
    Ok(())
}

/// Lets nothing bound a user any more, whether or not something did.
pub fn delete_boundary(
    records: &mut impl IamUsers,
    house: &House,
    named: Named<'_>,
) -> Result<(), Stop<UserRefused>> {
    let user = find(records, house, named)?;
    records.put_iam_user(&User { boundary: None, ..user });
    Ok(())
}

/// Writes tags on a user, in the place of those that have their keys, whatever their case.
pub fn tag(
    records: &mut impl IamUsers,
    house: &House,
    named: Named<'_>,
    tags: &Tags,
) -> Result<(), Stop<UserRefused>> {
    let user = find(records, house, named)?;
    match user.tags.overridden_by(tags) {
        Ok(tags) => {
            records.put_iam_user(&User { tags, ..user });
            Ok(())
        }
        Err(no) => refuse(no.into()),
    }
}

/// Takes tags off a user, those of them that they have.
pub fn untag(
    records: &mut impl IamUsers,
    house: &House,
    named: Named<'_>,
    keys: &TagKeys,
) -> Result<(), Stop<UserRefused>> {
    let user = find(records, house, named)?;
    let tags = user.tags.without_any_case(keys.iter());
    records.put_iam_user(&User { tags, ..user });
    Ok(())
}

fn owner(user: &User) -> Owner {
    Owner { sort: Sort::User, name: user.name.to_string() }
}

fn refused(why: InlineRefused) -> Stop<UserRefused> {
    Stop::Refused(why.into())
}
