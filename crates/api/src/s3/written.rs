//! What PutObject and CopyObject have in common: what may be said of an object, and putting it in its place.

use super::{fault_of, permissions, words};
use crate::app::App;
use crate::by_policy::LetIn;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Permission};
use broker::iam::resource::Key;
use broker::s3::Refusal;
use broker::s3::objects::{self, Condition};
use domain::s3::bucket::BucketName;
use domain::s3::object::{ContentId, Object, ObjectKey, StoredHeaders};
use std::collections::BTreeMap;

/// The most user metadata that an object may have, names and values together, in bytes. Source: S3 user guide,
/// "Working with object metadata".
const MOST_METADATA: usize = 2048;

/// The most bytes that the other headers kept with an object may have together.
const MOST_HEADERS: usize = 8192;

/// Where an object is to be written, and under which conditions.
pub(super) struct Place<'a> {
    pub(super) bucket: &'a BucketName,
    pub(super) key: &'a ObjectKey,
    pub(super) if_match: Option<&'a str>,
    pub(super) if_none_match: Option<&'a str>,
    pub(super) storage_class: Option<&'a str>,
}

impl<'a> Place<'a> {
    /// s3:PutObject, with the keys that a policy can narrow by.
    pub(super) fn permission(&self) -> Permission {
        let mut permission = permissions::on_object("s3:PutObject", self.bucket, self.key);
        let keys = [
            ("s3:x-amz-storage-class", self.storage_class),
            ("s3:if-match", self.if_match),
            ("s3:if-none-match", self.if_none_match),
        ];
        permission
            .keys
            .extend(keys.into_iter().filter_map(|(key, value)| Some(Key::new(key, value?.to_owned()))));
        permission
    }

    /// The condition that must hold when the object is written.
    pub(super) fn condition(&self) -> Result<Condition<'a>, Fault> {
        match (self.if_match, self.if_none_match) {
            (None, None) => Ok(Condition::None),
            (None, Some("*")) => Ok(Condition::Absent),
            (Some(tags), None) => Ok(Condition::Named(tags)),
            (_, Some(_)) => {
                let reason = "an object is written only under If-Match, or under If-None-Match with a star";
                Err(words::not_implemented(reason.to_owned()).into())
            }
        }
    }

    /// Holds that the object may be written here, before anything is read or copied for it.
    pub(super) async fn check(&self, app: &App, call: &mut Call<'_>, caller: &LetIn) -> Result<(), Fault> {
        if let Some(class) = self.storage_class.filter(|class| *class != "STANDARD") {
            return Err(words::not_implemented(format!("the storage class {class} is not served")).into());
        }
        let condition = self.condition()?;
        may_ask(app, call, caller, (self.bucket, self.key), condition).await?;
        let looking = app.store.transact(app.entropy.as_ref(), |records, _| {
            objects::found(records, self.bucket, self.key, condition)
        });
        match looking.await? {
            Ok(_) => Ok(()),
            Err(refusal) => Err(told(app, call, caller, self.bucket, refusal).await?),
        }
    }

    /// Puts an object whose content is durable in its place. If the condition does not hold any more, its content goes.
    pub(super) async fn put(
        &self,
        app: &App,
        call: &Call<'_>,
        caller: &LetIn,
        object: &Object,
    ) -> Result<(), Fault> {
        let condition = self.condition()?;
        let putting =
            app.store.transact(app.entropy.as_ref(), |records, _| objects::put(records, object, condition));
        match putting.await? {
            Ok(replaced) => {
                if let Some(unused) = replaced {
                    drop_content(app, &unused).await;
                }
                Ok(())
            }
            Err(refusal) => {
                drop_content(app, &object.content).await;
                Err(told(app, call, caller, self.bucket, refusal).await?)
            }
        }
    }
}

/// Holds that the caller may ask what a condition asks: whether a tag is the object's is known only to its readers.
pub(super) async fn may_ask(
    app: &App,
    call: &mut Call<'_>,
    caller: &LetIn,
    (bucket, key): (&BucketName, &ObjectKey),
    condition: Condition<'_>,
) -> Result<(), Fault> {
    match condition {
        Condition::None | Condition::Absent | Condition::Named("*") => Ok(()),
        Condition::Named(_) => {
            caller.must_also(app, call, permissions::on_object("s3:GetObject", bucket, key)).await?;
            Ok(())
        }
    }
}

/// The no of a conditional request, as far as the caller may know it.
pub(super) async fn told(
    app: &App,
    call: &Call<'_>,
    caller: &LetIn,
    bucket: &BucketName,
    refusal: Refusal,
) -> Result<Fault, Fault> {
    match refusal {
        absent @ Refusal::NoSuchKey(_) => {
            permissions::tell_absence(app, call, caller, bucket, fault_of(absent)).await
        }
        other @ (Refusal::NoSuchBucket(_)
        | Refusal::PreconditionFailed(_)
        | Refusal::BucketNotEmpty(_)
        | Refusal::BucketExists(_)) => Ok(fault_of(other)),
    }
}

/// Holds that what is said of an object is not too long.
pub(super) fn check_headers(headers: &StoredHeaders) -> Result<(), Fault> {
    let metadata: usize = headers.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    let described = [
        &headers.content_type,
        &headers.content_encoding,
        &headers.content_disposition,
        &headers.content_language,
        &headers.cache_control,
        &headers.expires,
    ];
    let others: usize = described.into_iter().flatten().map(String::len).sum();
    if metadata > MOST_METADATA || others > MOST_HEADERS {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(Said::bad_request("MetadataTooLarge", message).into());
    }
    Ok(())
}

/// What was sent as `Content-Encoding` besides the framing of the upload.
pub(super) fn without_framing(encoding: String) -> Option<String> {
    let kept: Vec<&str> = encoding.split(',').map(str::trim).filter(|part| *part != "aws-chunked").collect();
    Some(kept.join(",")).filter(|kept| !kept.is_empty())
}

/// The members of an answer that tell an object's checksum.
pub(super) fn checksum_members(object: &Object) -> BTreeMap<String, String> {
    let members = object.checksum.as_ref().map(|checksum| {
        let member = format!("Checksum{}", checksum.algorithm);
        [(member, checksum.value.clone()), ("ChecksumType".to_owned(), "FULL_OBJECT".to_owned())]
    });
    members.into_iter().flatten().collect()
}

/// Deletes a content that no record names any more. If that fails the sweep at the next start finds it.
pub(super) async fn drop_content(app: &App, unused: &ContentId) {
    if let Err(breakdown) = app.contents.delete(unused).await {
        tracing::warn!(%breakdown, content = %unused, "an unused content stays until the next start");
    }
}
