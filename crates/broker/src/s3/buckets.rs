//! Making, finding and deleting buckets.

use crate::s3::Refusal;
use domain::records::{After, Buckets, Stop, refuse};
use domain::s3::bucket::{Bucket, BucketName};

/// Makes a bucket.
pub fn create(records: &mut impl Buckets, bucket: &Bucket) -> Result<(), Stop<Refusal>> {
    if records.bucket(&bucket.name)?.is_some() {
        return refuse(Refusal::BucketExists(bucket.name.clone()));
    }
    records.put_bucket(bucket);
    Ok(())
}

/// Finds a bucket.
pub fn find(records: &mut impl Buckets, name: &BucketName) -> Result<Bucket, Stop<Refusal>> {
    match records.bucket(name)? {
        Some(bucket) => Ok(bucket),
        None => refuse(Refusal::NoSuchBucket(name.clone())),
    }
}

/// Deletes a bucket that holds nothing.
pub fn delete(records: &mut impl Buckets, name: &BucketName) -> Result<(), Stop<Refusal>> {
    find(records, name)?;
    if !records.objects(name, "", After::Nothing, 1)?.is_empty() {
        return refuse(Refusal::BucketNotEmpty(name.clone()));
    }
    records.delete_bucket(name);
    Ok(())
}
