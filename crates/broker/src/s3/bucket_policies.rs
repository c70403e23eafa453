//! The policies of buckets: who may do what with a bucket and what lies in it, whatever their own policies say.
//!
//! A policy that would not be evaluated to the letter, or is about something else than its bucket, is refused when it is
//! written, not ignored later.

use crate::House;
use crate::s3::{Refusal, actions, buckets};
use domain::account::AccountId;
use domain::arn::{self, RoleArn};
use domain::iam::role::RoleName;
use domain::records::{Buckets, Read, Roles, Stop, refuse};
use domain::s3::bucket::BucketName;
use policy::{Kind, Malformed, OutOfScope, Quota, Scope};

/// Why a bucket does not get a policy.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyRefused {
    /// There is no such bucket.
    #[error("{0}")]
    Bucket(Refusal),
    /// It is longer than [`Quota::Resource`].
    #[error("the policy has more than {} bytes", Quota::Resource.limit())]
    TooLong,
    /// It cannot be read, or holds what Cenote does not evaluate.
    #[error("{0}")]
    Malformed(Malformed),
    /// It is about something else than the bucket.
    #[error("{0}")]
    OutOfScope(OutOfScope),
    /// It names a role, a user or a session that this account does not have.
    #[error("there is no principal `{0}`")]
    NoSuchPrincipal(String),
}

/// Puts a policy in the place of a bucket's.
pub fn put(
    records: &mut (impl Buckets + Roles),
    house: &House,
    name: &BucketName,
    text: &str,
) -> Result<(), Stop<PolicyRefused>> {
    if let Err(stop) = buckets::find(records, name) {
        return match stop {
            Stop::Refused(refusal) => refuse(PolicyRefused::Bucket(refusal)),
            Stop::Unready(unready) => Err(unready.into()),
        };
    }
    if !Quota::Resource.holds([text]) {
        return refuse(PolicyRefused::TooLong);
    }
    let document = match house.policies.compiled(Kind::Resource, text) {
        Ok(document) => document,
        Err(why) => return refuse(PolicyRefused::Malformed(why)),
    };
    let bucket = arn::bucket(name);
    let scope = Scope { resource: &bucket, on_it: &actions::ON_BUCKETS, within: &actions::ON_OBJECTS };
    if let Err(out) = document.check_scope(&scope) {
        return refuse(PolicyRefused::OutOfScope(out));
    }
    for principal in document.principal_arns() {
        if !exists(records, &house.account.id, principal)? {
            return refuse(PolicyRefused::NoSuchPrincipal(principal.to_owned()));
        }
    }
    records.put_bucket_policy(name, Some(text));
    Ok(())
}

/// The text of a bucket's policy, if it has one.
pub fn find(records: &mut impl Buckets, name: &BucketName) -> Result<Option<String>, Stop<Refusal>> {
    buckets::find(records, name)?;
    Ok(records.bucket_policy(name)?)
}

/// Takes a bucket's policy back, if it has one.
pub fn delete(records: &mut impl Buckets, name: &BucketName) -> Result<(), Stop<Refusal>> {
    buckets::find(records, name)?;
    records.put_bucket_policy(name, None);
    Ok(())
}

/// Whether there is such a role, user or session. Those of other accounts, and federated users, whose names are made up
/// as they come, may be named.
fn exists(records: &mut impl Roles, account: &AccountId, principal: &str) -> Read<bool> {
    let is_ours = principal.split(':').nth(4) == Some(account.as_str());
    if !is_ours || principal.contains(":federated-user/") {
        return Ok(true);
    }
    if let Ok(wanted) = RoleArn::parse(principal) {
        return Ok(records.role(wanted.name())?.is_some_and(|role| role.arn(account) == wanted));
    }
    let role_of_session = || principal.split_once(":assumed-role/")?.1.split_once('/');
    match role_of_session().and_then(|(role, _)| RoleName::parse(role).ok()) {
        Some(role) => Ok(records.role(&role)?.is_some_and(|found| found.name == role)),
        None => Ok(false),
    }
}
