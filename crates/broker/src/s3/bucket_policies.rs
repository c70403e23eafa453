//! The policies of buckets: who may do what with a bucket and what lies in it, whatever their own policies say.
//!
//! A policy that would not be evaluated to the letter, or is about something else than its bucket, is refused when it is
//! written, not ignored later.

use crate::House;
use crate::iam::principals::{self, Meant};
use crate::s3::{Refusal, actions, buckets};
use domain::account::AccountId;
use domain::arn;
use domain::records::{Buckets, IamUsers, Read, Roles, Stop, refuse};
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
    let mut named = Vec::new();
    for principal in document.principal_arns() {
        match principals::meant(records, &house.account.id, principal)? {
            Meant::Known(known) => named.push(known),
            Meant::AtItsWord => {}
            Meant::Nobody => return refuse(PolicyRefused::NoSuchPrincipal(principal.to_owned())),
        }
    }
    records.put_bucket_policy(name, Some(text));
    if !named.is_empty() {
        records.put_named_in_bucket_policy(name, &named);
    }
    Ok(())
}

/// The text of a bucket's policy as it counts now, if it has one.
pub fn find(
    records: &mut (impl Buckets + Roles + IamUsers),
    house: &House,
    name: &BucketName,
) -> Result<Option<String>, Stop<Refusal>> {
    buckets::find(records, name)?;
    Ok(counting_now(records, &house.account.id, name)?)
}

/// The same, of a bucket that need not be there.
pub(crate) fn counting_now(
    records: &mut (impl Buckets + Roles + IamUsers),
    account: &AccountId,
    name: &BucketName,
) -> Read<Option<String>> {
    let Some(text) = records.bucket_policy(name)? else { return Ok(None) };
    let named = records.named_in_bucket_policy(name)?;
    Ok(Some(principals::counting_now(records, account, (&text, &named))?.into_owned()))
}

/// Takes a bucket's policy back, if it has one.
pub fn delete(records: &mut impl Buckets, name: &BucketName) -> Result<(), Stop<Refusal>> {
    buckets::find(records, name)?;
    records.put_bucket_policy(name, None);
    Ok(())
}
