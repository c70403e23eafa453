//! Finding, writing and deleting objects. A content file that is no longer in use is for the caller to delete, after
//! the transaction.

use crate::s3::{Refusal, buckets};
use domain::records::{Buckets, Stop, refuse};
use domain::s3::bucket::BucketName;
use domain::s3::object::{ContentId, Object, ObjectKey};

/// What must be so before an object is written or deleted. It is asked in the transaction that does it, so of two who
/// ask at once only one finds it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition<'a> {
    /// Nothing.
    None,
    /// There is no object under the key.
    Absent,
    /// There is one, and this list of entity tags names it.
    Named(&'a str),
}

/// Finds an object.
pub fn find(
    records: &mut impl Buckets,
    bucket: &BucketName,
    key: &ObjectKey,
) -> Result<Object, Stop<Refusal>> {
    match found(records, bucket, key, Condition::None)? {
        Some(object) => Ok(object),
        None => refuse(Refusal::NoSuchKey(key.clone())),
    }
}

/// The object under a key, if there is one, where a condition holds.
pub fn found(
    records: &mut impl Buckets,
    bucket: &BucketName,
    key: &ObjectKey,
    condition: Condition<'_>,
) -> Result<Option<Object>, Stop<Refusal>> {
    buckets::find(records, bucket)?;
    let found = records.object(bucket, key)?;
    let holds = match (condition, &found) {
        (Condition::None, _) | (Condition::Absent, None) => true,
        (Condition::Absent, Some(_)) => false,
        (Condition::Named(_), None) => return refuse(Refusal::NoSuchKey(key.clone())),
        (Condition::Named(tags), Some(object)) => object.is_named_by(tags),
    };
    if holds { Ok(found) } else { refuse(Refusal::PreconditionFailed(key.clone())) }
}

/// Writes an object whose content file is complete and durable; the content that it replaces is returned.
pub fn put(
    records: &mut impl Buckets,
    object: &Object,
    condition: Condition<'_>,
) -> Result<Option<ContentId>, Stop<Refusal>> {
    let replaced = delete(records, &object.bucket, &object.key, condition)?;
    records.put_object(object);
    Ok(replaced)
}

/// Deletes an object if it is there; its content is returned.
pub fn delete(
    records: &mut impl Buckets,
    bucket: &BucketName,
    key: &ObjectKey,
    condition: Condition<'_>,
) -> Result<Option<ContentId>, Stop<Refusal>> {
    let Some(object) = found(records, bucket, key, condition)? else {
        return Ok(None);
    };
    records.delete_object(&object);
    Ok(Some(object.content))
}

/// What became of each object that was to be deleted: its content, if it was there, or why it stays.
pub type Deletions = Vec<Result<Option<ContentId>, Refusal>>;

/// Deletes objects, each if its condition holds; one that stays keeps no other from going.
pub fn delete_each(
    records: &mut impl Buckets,
    bucket: &BucketName,
    keys: &[(&ObjectKey, Condition<'_>)],
) -> Result<Deletions, Stop<Refusal>> {
    buckets::find(records, bucket)?;
    let mut deletions = Vec::with_capacity(keys.len());
    let mut unready = None;
    for (key, condition) in keys {
        match delete(records, bucket, key, *condition) {
            Ok(content) => deletions.push(Ok(content)),
            Err(Stop::Refused(refusal)) => deletions.push(Err(refusal)),
            // Goes on, so that all that is not at hand is loaded together.
            Err(Stop::Unready(missing)) => unready = Some(missing),
        }
    }
    match unready {
        Some(missing) => Err(Stop::Unready(missing)),
        None => Ok(deletions),
    }
}
