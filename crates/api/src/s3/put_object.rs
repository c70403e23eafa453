//! PutObject: writes an object.

use super::permissions;
use super::upload::{Claims, Upload, asked_checksum};
use super::written::{Place, check_headers, checksum_members, without_framing};
use crate::app::App;
use crate::by_policy::{ByPolicy, LetIn};
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply};
use domain::s3::bucket::BucketName;
use domain::s3::object::{ContentId, Object, ObjectKey, StoredHeaders};
use serde::{Deserialize, Serialize};
use sigv4::checksum::Algorithm;
use std::collections::BTreeMap;

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
    expires: Option<String>,
    if_match: Option<String>,
    if_none_match: Option<String>,
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
    type Access = ByPolicy;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(input.place().permission())
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        caller: LetIn,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let headers = input.headers();
        check_headers(&headers)?;
        let upload = Upload::announced(&call.head.headers, caller.asker(), &input.claims()?)?;
        let place = input.place();
        place.check(app, call, &caller).await?;

        let id = ContentId::draw(app.entropy.as_ref());
        let mut content = app.contents.begin(&id);
        let received = upload.receive(&mut call.body, &mut content).await?;
        content.finish().await?;

        let object = Object {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            content: id,
            size: received.size,
            etag: received.etag,
            modified: app.clock.now(),
            headers,
            checksum: received.checksum,
        };
        place.put(app, call, &caller, &object).await?;
        let checksum = checksum_members(&object);
        Ok(Reply::of(Output { etag: format!("\"{}\"", object.etag), checksum }))
    }
}

impl Input {
    fn place(&self) -> Place<'_> {
        Place {
            bucket: &self.bucket,
            key: &self.key,
            if_match: self.if_match.as_deref(),
            if_none_match: self.if_none_match.as_deref(),
            storage_class: self.storage_class.as_deref(),
        }
    }

    fn headers(&self) -> StoredHeaders {
        StoredHeaders {
            content_type: self.content_type.clone(),
            content_encoding: self.content_encoding.clone().and_then(without_framing),
            content_disposition: self.content_disposition.clone(),
            content_language: self.content_language.clone(),
            cache_control: self.cache_control.clone(),
            expires: self.expires.clone(),
            metadata: self.metadata.clone(),
        }
    }

    fn claims(&self) -> Result<Claims, Fault> {
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
            algorithm: asked_checksum(self.checksum_algorithm.as_deref())?,
            checksums: given.collect(),
        })
    }
}
