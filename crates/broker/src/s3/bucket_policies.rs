//! The policies of buckets: who may do what with a bucket and what lies in it, whatever their own policies say.
//!
//! A policy that would not be evaluated to the letter, or is about something else than its bucket, is refused when it is
//! written, not ignored later.

use crate::House;
use crate::iam::principals::{self, Meant};
use crate::s3::{Refusal, actions, buckets};
use domain::arn;
use domain::records::{Buckets, IamUsers, Roles, Stop, refuse};
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
    records: &mut (impl Buckets + Roles + IamUsers),
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
        if matches!(principals::meant(records, &house.account.id, principal)?, Meant::Nobody) {
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
