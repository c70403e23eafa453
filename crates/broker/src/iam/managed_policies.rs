//! Managed policies: the account's own, which are made, changed and deleted here, and AWS's, which are only read.

use crate::House;
use crate::iam::aws_managed;
use domain::arn::{PolicyArn, PolicyOwner};
use domain::entropy::Entropy;
use domain::iam::id::PolicyId;
use domain::iam::managed_policy::{MOST_VERSIONS, ManagedPolicy, PolicyVersion, VersionId};
use domain::iam::path::Path;
use domain::iam::role::PolicyName;
use domain::records::{ManagedPolicies, Read, Stop, refuse};
use domain::tag::{BadTags, TagKeys, Tags};
use domain::time::Timestamp;
use policy::{Kind, Malformed, Quota};
use std::borrow::Cow;

/// The most managed policies of an account. Source: IAM user guide, "IAM and STS quotas".
pub const MOST: usize = 1_500;

/// A policy as it is asked for.
#[derive(Debug, Clone)]
pub struct NewPolicy {
    /// Its name.
    pub name: PolicyName,
    /// Its path.
    pub path: Path,
    /// What it is for, in words.
    pub description: Option<String>,
    /// The text of its first version.
    pub document: String,
    /// What is written on it.
    pub tags: Tags,
}

/// Why nothing was done to a managed policy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefused {
    /// There is one of this name.
    #[error("a managed policy with name `{0}` already exists")]
    Exists(PolicyName),
    /// There are as many as can be.
    #[error("there are {MOST} managed policies already")]
    TooMany,
    /// There is none of this ARN.
    #[error("there is no managed policy `{0}`")]
    NoSuchPolicy(PolicyArn),
    /// It has no such version.
    #[error("the managed policy `{arn}` has no version `{version}`")]
    NoSuchVersion {
        /// The policy.
        arn: PolicyArn,
        /// The version that was asked for.
        version: String,
    },
    /// It is AWS's, which nobody changes.
    #[error("the managed policy `{0}` is AWS's, which cannot be changed")]
    OfAws(PolicyArn),
    /// Somebody carries it.
    #[error("the managed policy `{0}` is still attached, or still the permissions boundary of somebody")]
    InUse(PolicyArn),
    /// It has versions beside the one that counts.
    #[error("the managed policy `{0}` still has other versions than the one that counts")]
    HasVersions(PolicyArn),
    /// The version that counts goes with its policy only.
    #[error("the version of the managed policy `{0}` that counts cannot be deleted")]
    IsDefault(PolicyArn),
    /// It has as many versions as can be.
    #[error("the managed policy `{0}` has {MOST_VERSIONS} versions already")]
    TooManyVersions(PolicyArn),
    /// The text is longer than [`Quota::Managed`].
    #[error("the managed policy would have more than {} characters", Quota::Managed.limit())]
    TooLong,
    /// The text cannot be read, or holds what Cenote does not evaluate.
    #[error("managed policy: {0}")]
    Malformed(Malformed),
    /// The tags cannot stand beside each other.
    #[error("{0}")]
    Tags(#[from] BadTags),
}

/// Makes a policy.
pub fn create(
    records: &mut impl ManagedPolicies,
    house: &House,
    new: &NewPolicy,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<ManagedPolicy, Stop<PolicyRefused>> {
    if records.managed_policy(&new.name)?.is_some() {
        return refuse(PolicyRefused::Exists(new.name.clone()));
    }
    check(house, &new.document)?;
    if records.count_managed_policies(MOST)? >= MOST {
        return refuse(PolicyRefused::TooMany);
    }
    let owner = PolicyOwner::Account(house.account.id.clone());
    let policy = ManagedPolicy {
        arn: PolicyArn::new(owner, new.path.clone(), new.name.clone()),
        id: PolicyId::draw(entropy),
        description: new.description.clone(),
        default: PolicyVersion { id: VersionId::FIRST, document: new.document.clone(), created: now },
        others: Vec::new(),
        newest: VersionId::FIRST,
        created: now,
        updated: now,
        tags: new.tags.clone(),
    };
    records.put_managed_policy(&policy);
    Ok(policy)
}

/// Finds a policy, AWS's included.
pub fn find(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
) -> Result<ManagedPolicy, Stop<PolicyRefused>> {
    let found = match arn.owner() {
        PolicyOwner::Aws => aws_managed::find(arn),
        PolicyOwner::Account(_) => own(records, arn)?,
    };
    found.map_or_else(|| refuse(PolicyRefused::NoSuchPolicy(arn.clone())), Ok)
}

/// The text of the version of a policy that counts, AWS's included; `None` where there is no such policy.
pub(super) fn document_of(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
) -> Read<Option<Cow<'static, str>>> {
    Ok(match arn.owner() {
        PolicyOwner::Aws => aws_managed::document(arn).map(Cow::Borrowed),
        PolicyOwner::Account(_) => own(records, arn)?.map(|policy| Cow::Owned(policy.default.document)),
    })
}

/// The account's own policy of this ARN. One that was made anew under another path is not the one.
fn own(records: &mut impl ManagedPolicies, arn: &PolicyArn) -> Read<Option<ManagedPolicy>> {
    Ok(records.managed_policy(arn.name())?.filter(|policy| policy.arn == *arn))
}

/// Finds a policy that can be changed.
fn find_own(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
) -> Result<ManagedPolicy, Stop<PolicyRefused>> {
    match (arn.owner(), find(records, arn)?) {
        (PolicyOwner::Aws, _) => refuse(PolicyRefused::OfAws(arn.clone())),
        (PolicyOwner::Account(_), policy) => Ok(policy),
    }
}

/// Deletes a policy that nobody carries and that has no versions beside the one that counts.
pub fn delete(records: &mut impl ManagedPolicies, arn: &PolicyArn) -> Result<(), Stop<PolicyRefused>> {
    let policy = find_own(records, arn)?;
    if !records.uses_of_policy(arn, None, 1)?.is_empty() {
        return refuse(PolicyRefused::InUse(policy.arn));
    }
    if !policy.others.is_empty() {
        return refuse(PolicyRefused::HasVersions(policy.arn));
    }
    records.delete_managed_policy(arn.name());
    Ok(())
}

/// Adds a version, which counts at once if it shall.
pub fn add_version(
    records: &mut impl ManagedPolicies,
    house: &House,
    (arn, document): (&PolicyArn, &str),
    counts: bool,
    now: Timestamp,
) -> Result<PolicyVersion, Stop<PolicyRefused>> {
    let mut policy = find_own(records, arn)?;
    check(house, document)?;
    if policy.others.len() + 1 >= MOST_VERSIONS {
        return refuse(PolicyRefused::TooManyVersions(policy.arn));
    }
    let version = policy.add(document.to_owned(), now);
    if counts && !policy.choose(version.id, now) {
        return refuse(no_such_version(arn, version.id.to_string()));
    }
    records.put_managed_policy(&policy);
    Ok(version)
}

/// Finds a version of a policy; gives whether it counts, too.
pub fn find_version(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
    version: &str,
) -> Result<(PolicyVersion, bool), Stop<PolicyRefused>> {
    let policy = find(records, arn)?;
    let found = VersionId::parse(version).ok().and_then(|id| policy.version(id).cloned());
    match found {
        Some(found) => {
            let counts = found.id == policy.default.id;
            Ok((found, counts))
        }
        None => refuse(no_such_version(arn, version.to_owned())),
    }
}

/// Makes a version the one that counts.
pub fn choose_version(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
    version: &str,
    now: Timestamp,
) -> Result<(), Stop<PolicyRefused>> {
    let mut policy = find_own(records, arn)?;
    if !VersionId::parse(version).is_ok_and(|id| policy.choose(id, now)) {
        return refuse(no_such_version(arn, version.to_owned()));
    }
    records.put_managed_policy(&policy);
    Ok(())
}

/// Deletes a version that does not count.
pub fn delete_version(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
    version: &str,
    now: Timestamp,
) -> Result<(), Stop<PolicyRefused>> {
    let mut policy = find_own(records, arn)?;
    match VersionId::parse(version) {
        Ok(id) if id == policy.default.id => refuse(PolicyRefused::IsDefault(policy.arn)),
        Ok(id) if policy.forget(id, now) => {
            records.put_managed_policy(&policy);
            Ok(())
        }
        Ok(_) | Err(_) => refuse(no_such_version(arn, version.to_owned())),
    }
}

fn no_such_version(arn: &PolicyArn, version: String) -> PolicyRefused {
    PolicyRefused::NoSuchVersion { arn: arn.clone(), version }
}

/// Writes tags on a policy, in the place of those that have their keys, whatever their case.
pub fn tag(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
    tags: &Tags,
) -> Result<(), Stop<PolicyRefused>> {
    let policy = find_own(records, arn)?;
    match policy.tags.overridden_by(tags) {
        Ok(tags) => {
            records.put_managed_policy(&ManagedPolicy { tags, ..policy });
            Ok(())
        }
        Err(no) => refuse(no.into()),
    }
}

/// Takes tags off a policy, those of them that it has.
pub fn untag(
    records: &mut impl ManagedPolicies,
    arn: &PolicyArn,
    keys: &TagKeys,
) -> Result<(), Stop<PolicyRefused>> {
    let policy = find_own(records, arn)?;
    let tags = policy.tags.without_any_case(keys.iter());
    records.put_managed_policy(&ManagedPolicy { tags, ..policy });
    Ok(())
}

fn check(house: &House, document: &str) -> Result<(), Stop<PolicyRefused>> {
    if !Quota::Managed.holds([document]) {
        return refuse(PolicyRefused::TooLong);
    }
    match house.policies.compiled(Kind::Identity, document) {
        Ok(_) => Ok(()),
        Err(why) => refuse(PolicyRefused::Malformed(why)),
    }
}
