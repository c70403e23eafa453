//! Buckets and objects: what is remembered of them. Their bytes are the business of `objects`.

mod actions;
pub mod bucket_policies;
pub mod buckets;
pub mod list;
pub mod objects;

use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;

/// Why S3 says no to somebody who may do what they ask.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such bucket.
    #[error("there is no bucket `{0}`")]
    NoSuchBucket(BucketName),
    /// There is no such object.
    #[error("there is no object `{0}`")]
    NoSuchKey(ObjectKey),
    /// The object is not as the caller expects it to be.
    #[error("the object `{0}` is not what the caller expects")]
    PreconditionFailed(ObjectKey),
    /// The bucket still holds objects.
    #[error("bucket `{0}` is not empty")]
    BucketNotEmpty(BucketName),
    /// There is a bucket of this name.
    #[error("bucket `{0}` exists already")]
    BucketExists(BucketName),
}
