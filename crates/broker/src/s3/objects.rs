//! Finding, writing and deleting objects. A content file that is no longer in use is for the caller to delete, after
//! the transaction.

use crate::s3::{Refusal, buckets};
use domain::records::{Buckets, Stop, refuse};
use domain::s3::bucket::BucketName;
use domain::s3::object::{ContentId, Object, ObjectKey};

/// Finds an object.
pub fn find(
    records: &mut impl Buckets,
    bucket: &BucketName,
    key: &ObjectKey,
) -> Result<Object, Stop<Refusal>> {
    buckets::find(records, bucket)?;
    match records.object(bucket, key)? {
        Some(object) => Ok(object),
        None => refuse(Refusal::NoSuchKey(key.clone())),
    }
}

/// Writes an object whose content file is complete and durable; the content that it replaces is returned.
pub fn put(records: &mut impl Buckets, object: &Object) -> Result<Option<ContentId>, Stop<Refusal>> {
    let replaced = delete(records, &object.bucket, &object.key)?;
    records.put_object(object);
    Ok(replaced)
}

/// Deletes an object if it is there; its content is returned.
pub fn delete(
    records: &mut impl Buckets,
    bucket: &BucketName,
    key: &ObjectKey,
) -> Result<Option<ContentId>, Stop<Refusal>> {
    buckets::find(records, bucket)?;
    let Some(object) = records.object(bucket, key)? else {
        return Ok(None);
    };
    records.delete_object(&object);
    Ok(Some(object.content))
}
