//! CopyObject: writes an object with the bytes of another one.

use super::copy_source::CopySource;
use super::preconditions::{Outcome, Preconditions};
use super::stored::{content_is_missing, find_object};
use super::upload::{asked_checksum, stored};
use super::written::{Place, check_headers, checksum_members, without_framing};
use super::{LOOKS, permissions, words};
use crate::app::App;
use crate::by_policy::LetIn;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use domain::s3::bucket::BucketName;
use domain::s3::object::{Checksum as StoredChecksum, ContentId, Object, ObjectKey, StoredHeaders};
use domain::time::Timestamp;
use objects::ContentStream;
use serde::{Deserialize, Serialize};
use sigv4::checksum::{Algorithm, Checksum};
use std::collections::BTreeMap;

/// The operation.
pub struct CopyObject;

/// What is copied, where to, under which conditions, and what is said of the copy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    key: ObjectKey,
    copy_source: CopySource,
    copy_source_if_match: Option<String>,
    copy_source_if_none_match: Option<String>,
    copy_source_if_modified_since: Option<Timestamp>,
    copy_source_if_unmodified_since: Option<Timestamp>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    metadata_directive: Option<String>,
    content_type: Option<String>,
    content_encoding: Option<String>,
    content_disposition: Option<String>,
    content_language: Option<String>,
    cache_control: Option<String>,
    expires: Option<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    checksum_algorithm: Option<String>,
    storage_class: Option<String>,
    expected_bucket_owner: Option<String>,
    expected_source_bucket_owner: Option<String>,
    /// Who pays does not matter here.
    #[serde(rename = "RequestPayer")]
    _request_payer: Option<String>,
}

/// The copy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    copy_object_result: Copied,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Copied {
    #[serde(rename = "ETag")]
    etag: String,
    last_modified: Timestamp,
    #[serde(flatten)]
    checksum: BTreeMap<String, String>,
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

    /// Whether the copy gets what this request says of it, and not what is said of the source.
    fn replaces_headers(&self) -> bool {
        self.metadata_directive.as_deref() == Some("REPLACE")
    }

    fn check(&self, app: &App) -> Result<(), Fault> {
        permissions::check_owner(app, self.expected_bucket_owner.as_deref())?;
        permissions::check_owner(app, self.expected_source_bucket_owner.as_deref())?;
        self.copy_source.check()?;
        let is_itself = self.copy_source.bucket == self.bucket && self.copy_source.key == self.key;
        if is_itself && !self.replaces_headers() {
            let message = "This copy request is illegal because it is trying to copy an object to itself without \
                           changing the object's metadata, storage class, website redirect location or encryption \
                           attributes.";
            return Err(Said::bad_request("InvalidRequest", message).into());
        }
        Ok(())
    }

    /// What is said of the source.
    fn conditions(&self) -> Preconditions<'_> {
        Preconditions {
            if_match: self.copy_source_if_match.as_deref(),
            if_none_match: self.copy_source_if_none_match.as_deref(),
            if_modified_since: self.copy_source_if_modified_since,
            if_unmodified_since: self.copy_source_if_unmodified_since,
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
}

impl Operation for CopyObject {
    const NAME: &'static str = "CopyObject";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let mut permission = input.place().permission();
        permission.keys.push(Key::new("s3:x-amz-copy-source", input.copy_source.text()));
        let directive = input.metadata_directive.clone();
        permission.keys.extend(directive.map(|directive| Key::new("s3:x-amz-metadata-directive", directive)));
        Ok(permission)
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        caller: SignedBy,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        let caller = LetIn::from(caller);
        let CopySource { bucket, key, .. } = &input.copy_source;
        call.notes.parameter("x-amz-copy-source", input.copy_source.text());
        caller.must_also(app, call, permissions::on_object("s3:GetObject", bucket, key)).await?;
        input.check(app)?;
        let headers = input.replaces_headers().then(|| input.headers());
        headers.as_ref().map_or(Ok(()), check_headers)?;
        let place = input.place();
        place.check(app, call, &caller).await?;
        let asked = asked_checksum(input.checksum_algorithm.as_deref())?;

        let (source, bytes) = opened(app, call, &caller, &input).await?;
        let id = ContentId::draw(app.entropy.as_ref());
        let computed = copied(app, &id, bytes, asked).await?;
        let copy = Object {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            content: id,
            modified: app.clock.now(),
            headers: headers.unwrap_or(source.headers),
            checksum: computed.or(source.checksum),
            size: source.size,
            etag: source.etag,
        };
        place.put(app, call, &caller, &copy).await?;
        let copy_object_result = Copied {
            etag: format!("\"{}\"", copy.etag),
            last_modified: copy.modified,
            checksum: checksum_members(&copy),
        };
        Ok(Reply::of(Output { copy_object_result }))
    }
}

/// The source, if it is as the caller expects, and its bytes.
async fn opened(
    app: &App,
    call: &Call<'_>,
    caller: &LetIn,
    input: &Input,
) -> Result<(Object, ContentStream), Fault> {
    let CopySource { bucket, key, .. } = &input.copy_source;
    let mut source = find_object(app, call, caller, (bucket, key)).await?;
    for _ in 0..LOOKS {
        match input.conditions().evaluate(&source) {
            Outcome::Send => {}
            Outcome::NotModified | Outcome::Failed => return Err(words::precondition_failed().into()),
        }
        if let Some(bytes) = app.contents.read(&source.content, 0..source.size).await? {
            return Ok((source, bytes));
        }
        source = find_object(app, call, caller, (bucket, key)).await?;
    }
    Err(content_is_missing(&source))
}

/// Copies bytes into a content of their own, piece by piece, and takes the checksum that is asked for. A link would be
/// quicker, but it would share the age by which the sweep tells what is left over, and one damaged disk block.
async fn copied(
    app: &App,
    id: &ContentId,
    mut bytes: ContentStream,
    asked: Option<Algorithm>,
) -> Result<Option<StoredChecksum>, Fault> {
    let mut content = app.contents.begin(id);
    let mut checksum = asked.map(Checksum::new);
    while let Some(piece) = bytes.next().await {
        let piece = piece?;
        if let Some(checksum) = &mut checksum {
            checksum.update(&piece);
        }
        content.write(&piece).await?;
    }
    content.finish().await?;
    Ok(checksum.map(|checksum| stored(checksum.finish())))
}
