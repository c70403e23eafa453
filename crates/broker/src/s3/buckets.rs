//! Making, finding, listing and deleting buckets, and what is said of them.

use crate::s3::Refusal;
use domain::records::{After, Buckets, Read, Stop, refuse};
use domain::s3::bucket::{Bucket, BucketName};
use domain::s3::cors::CorsRules;

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

/// A page of the account's buckets.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The buckets, in the order of their names.
    pub buckets: Vec<Bucket>,
    /// Whether more follow.
    pub is_truncated: bool,
}

/// Lists the buckets whose names begin with `prefix` and come after `after`, at most `limit`.
pub fn page(records: &mut impl Buckets, prefix: &str, after: &str, limit: usize) -> Read<Page> {
    if limit == 0 {
        return Ok(Page { buckets: Vec::new(), is_truncated: false });
    }
    let mut buckets = records.buckets(prefix, after, limit.saturating_add(1))?;
    let is_truncated = buckets.len() > limit;
    buckets.truncate(limit);
    Ok(Page { buckets, is_truncated })
}

/// Says which pages of other origins may use a bucket, or that nobody says so any more.
pub fn set_cors(
    records: &mut impl Buckets,
    name: &BucketName,
    cors: Option<&CorsRules>,
) -> Result<(), Stop<Refusal>> {
    let bucket = find(records, name)?;
    records.put_bucket(&Bucket { cors: cors.cloned(), ..bucket });
    Ok(())
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
