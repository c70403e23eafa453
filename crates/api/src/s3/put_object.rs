//! PutObject: writes an object.

use super::upload::{Claims, Upload};
use super::{fault_of, permissions, words};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::s3::{buckets, objects};
use domain::s3::bucket::BucketName;
use domain::s3::object::{ContentId, Object, ObjectKey, StoredHeaders};
use serde::{Deserialize, Serialize};
use sigv4::checksum::Algorithm;
use std::collections::BTreeMap;

/// The most user metadata that an object may have, names and values together, in bytes. Source: S3 user guide,
/// "Working with object metadata".
const MOST_METADATA: usize = 2048;

/// The most bytes that the other headers kept with an object may have together.
const MOST_HEADERS: usize = 8192;

/// The operation.
pub struct PutObject;

/// What is written, and what is said of it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    key: ObjectKey,
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_disposition: Option<String>,
    content_language: Option<String>,
    cache_control: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(rename = "ContentMD5")]
    content_md5: Option<String>,
    checksum_algorithm: Option<String>,
    #[serde(rename = "ChecksumCRC32")]
    checksum_crc32: Option<String>,
    #[serde(rename = "ChecksumCRC32C")]
    checksum_crc32c: Option<String>,
    #[serde(rename = "ChecksumCRC64NVME")]
    checksum_crc64nvme: Option<String>,
    #[serde(rename = "ChecksumSHA1")]
    checksum_sha1: Option<String>,
    #[serde(rename = "ChecksumSHA256")]
    checksum_sha256: Option<String>,
    storage_class: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Read from the head by whoever reads the body.
    #[serde(rename = "ContentLength")]
    _content_length: Option<i64>,
    /// Who pays does not matter here.
    #[serde(rename = "RequestPayer")]
    _request_payer: Option<String>,
}

/// What was written.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "ETag")]
    etag: String,
    #[serde(flatten)]
    checksum: BTreeMap<String, String>,
}

impl Operation for PutObject {
    const NAME: &'static str = "PutObject";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let mut permission = permissions::on_object("s3:PutObject", &input.bucket, &input.key);
        permission.keys.extend(input.storage_class.clone().map(|class| ("s3:x-amz-storage-class", class)));
        Ok(permission)
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        caller: SignedBy,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        input.check(app)?;
        let upload = Upload::announced(&call.head.headers, &caller, &input.claims()?)?;
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| buckets::find(records, &input.bucket));
        finding.await?.map_err(fault_of)?;

        let id = ContentId::draw(app.entropy.as_ref());
        let mut content = app.contents.begin(&id);
        let received = upload.receive(&mut call.body, &mut content).await?;
        content.finish().await?;

        let object = Object {
            bucket: input.bucket,
            key: input.key,
            content: id,
            size: received.size,
            etag: received.etag,
            modified: app.clock.now(),
            headers: StoredHeaders {
                content_type: input.content_type,
                content_encoding: input.content_encoding.and_then(without_framing),
                content_disposition: input.content_disposition,
                content_language: input.content_language,
                cache_control: input.cache_control,
                metadata: input.metadata,
            },
            checksum: received.checksum,
        };
        let putting = app.store.transact(app.entropy.as_ref(), |records, _| objects::put(records, &object));
        match putting.await? {
            Ok(replaced) => {
                if let Some(unused) = replaced {
                    drop_content(app, &unused).await;
                }
            }
            Err(refusal) => {
                drop_content(app, &object.content).await;
                return Err(fault_of(refusal));
            }
        }
        Ok(Reply::of(output_of(&object)))
    }
}

impl Input {
    fn check(&self, app: &App) -> Result<(), Fault> {
        permissions::check_owner(app, self.expected_bucket_owner.as_deref())?;
        if let Some(class) = self.storage_class.as_deref().filter(|class| *class != "STANDARD") {
            return Err(words::not_implemented(format!("the storage class {class} is not served")).into());
        }
        let metadata: usize = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        let described = [
            &self.content_type,
            &self.content_encoding,
            &self.content_disposition,
            &self.content_language,
            &self.cache_control,
        ];
        let headers: usize = described.into_iter().flatten().map(String::len).sum();
        if metadata > MOST_METADATA || headers > MOST_HEADERS {
            let message = "Your metadata headers exceed the maximum allowed metadata size";
            return Err(crate::fault::Said::bad_request("MetadataTooLarge", message).into());
        }
        Ok(())
    }

    fn claims(&self) -> Result<Claims, Fault> {
        let unserved = |name: &String| words::not_implemented(format!("the checksum {name} is not served"));
        let algorithm = self
            .checksum_algorithm
            .as_ref()
            .map(|name| Algorithm::from_name(name).ok_or_else(|| unserved(name)));
        let checksums = [
            (Algorithm::Crc32, &self.checksum_crc32),
            (Algorithm::Crc32c, &self.checksum_crc32c),
            (Algorithm::Crc64Nvme, &self.checksum_crc64nvme),
            (Algorithm::Sha1, &self.checksum_sha1),
            (Algorithm::Sha256, &self.checksum_sha256),
        ];
        let given = checksums.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value.clone()?)));
        Ok(Claims {
            md5: self.content_md5.clone(),
            algorithm: algorithm.transpose()?,
            checksums: given.collect(),
        })
    }
}

/// Deletes a content that no record names any more. If that fails the sweep at the next start finds it.
pub(super) async fn drop_content(app: &App, unused: &ContentId) {
    if let Err(breakdown) = app.contents.delete(unused).await {
        tracing::warn!(%breakdown, content = %unused, "an unused content stays until the next start");
    }
}

/// What was sent as `Content-Encoding` besides the framing of the upload.
fn without_framing(encoding: String) -> Option<String> {
    let kept: Vec<&str> = encoding.split(',').map(str::trim).filter(|part| *part != "aws-chunked").collect();
    Some(kept.join(",")).filter(|kept| !kept.is_empty())
}

fn output_of(object: &Object) -> Output {
    let checksum = object.checksum.as_ref().map(|checksum| {
        let member = format!("Checksum{}", checksum.algorithm);
        [(member, checksum.value.clone()), ("ChecksumType".to_owned(), "FULL_OBJECT".to_owned())]
    });
    Output { etag: format!("\"{}\"", object.etag), checksum: checksum.into_iter().flatten().collect() }
}
