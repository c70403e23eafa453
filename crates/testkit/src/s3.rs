//! A bucket.

use crate::NOW;
use domain::s3::bucket::{Bucket, BucketName};

/// The bucket `my-bucket`.
pub fn bucket() -> Bucket {
    Bucket::new(BucketName::parse("my-bucket").unwrap(), NOW)
}
