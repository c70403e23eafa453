//! What the operations of S3 ask for. Source: spec of S3, section 3.

use crate::app::App;
use crate::by_policy::LetIn;
use crate::fault::Fault;
use crate::operation::{Call, Permission};
use crate::s3::words;
use broker::iam::resource::Resource;
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;

/// An action on a bucket.
pub(super) fn on_bucket(action: &'static str, bucket: &BucketName) -> Permission {
    Permission { action, resource: Resource::Bucket(bucket.clone()), keys: Vec::new() }
}

/// An action on an object.
pub(super) fn on_object(action: &'static str, bucket: &BucketName, key: &ObjectKey) -> Permission {
    Permission { action, resource: Resource::Object(bucket.clone(), key.clone()), keys: Vec::new() }
}

/// The owner that a caller expects a bucket to have; everything here belongs to one account.
pub(super) fn check_owner(app: &App, expected: Option<&str>) -> Result<(), Fault> {
    match expected {
        Some(owner) if owner != app.house.account.id.as_str() => {
            Err(words::access_denied("the bucket has another owner than expected").into())
        }
        Some(_) | None => Ok(()),
    }
}

/// Tells that an object is absent only to somebody who could have listed the bucket.
pub(super) async fn tell_absence(
    app: &App,
    call: &Call<'_>,
    caller: &LetIn,
    bucket: &BucketName,
    absent: Fault,
) -> Result<Fault, Fault> {
    if caller.may_also(app, call, &on_bucket("s3:ListBucket", bucket)).await? {
        return Ok(absent);
    }
    Ok(words::access_denied("the object is absent, and the caller may not list the bucket").into())
}
