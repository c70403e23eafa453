//! What GetObject and HeadObject have in common: finding an object and describing it.

use super::preconditions::{Outcome, Preconditions};
use super::range::{self, Asked};
use super::written::{checksum_members, told};
use super::{permissions, words};
use crate::app::App;
use crate::by_policy::LetIn;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Permission};
use crate::protocol::timestamp::http_date;
use broker::s3::objects;
use data_encoding::BASE64;
use domain::records::Breakdown;
use domain::s3::bucket::BucketName;
use domain::s3::object::{Object, ObjectKey};
use domain::time::Timestamp;
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Which object is asked for, and under which conditions.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    key: ObjectKey,
    range: Option<String>,
    if_match: Option<String>,
    if_none_match: Option<String>,
    if_modified_since: Option<Timestamp>,
    if_unmodified_since: Option<Timestamp>,
    checksum_mode: Option<String>,
    expected_bucket_owner: Option<String>,
    response_content_type: Option<String>,
    response_content_encoding: Option<String>,
    response_content_disposition: Option<String>,
    response_content_language: Option<String>,
    response_cache_control: Option<String>,
    response_expires: Option<Timestamp>,
    /// Who pays does not matter here.
    #[serde(rename = "RequestPayer")]
    _request_payer: Option<String>,
}

impl Input {
    pub(super) fn permission(&self) -> Permission {
        permissions::on_object("s3:GetObject", &self.bucket, &self.key)
    }

    /// Refuses to let somebody who did not sign choose headers, or anybody could send others to an object under a type
    /// that nobody chose who may write it.
    fn check_overrides(&self, caller: &LetIn) -> Result<(), Fault> {
        let texts = [
            &self.response_content_type,
            &self.response_content_encoding,
            &self.response_content_disposition,
            &self.response_content_language,
            &self.response_cache_control,
        ];
        let chooses = self.response_expires.is_some() || texts.into_iter().any(Option::is_some);
        if chooses && !caller.is_known() {
            let message = "Request specific response headers cannot be used for anonymous GET requests.";
            return Err(Said::bad_request("InvalidRequest", message).into());
        }
        Ok(())
    }

    /// Puts what the request chooses in the place of the headers that the object was stored with.
    fn override_headers(&self, output: &mut Output) -> Result<(), Fault> {
        let chosen =
            |name: &str, value: &Option<String>| match value.as_ref().filter(|value| !value.is_empty()) {
                Some(value) if HeaderValue::from_bytes(value.as_bytes()).is_err() => {
                    Err(Fault::from(words::invalid_argument(format!("{name} is no value of a header"))))
                }
                chosen => Ok(chosen.cloned()),
            };
        if let Some(kind) = chosen("response-content-type", &self.response_content_type)? {
            output.content_type = kind;
        }
        let expires = self.response_expires.map(|moment| {
            let no_date = || words::invalid_argument("response-expires is no date of a header".to_owned());
            http_date(moment.millis()).ok_or_else(no_date)
        });
        let overridden = [
            (
                &mut output.content_encoding,
                chosen("response-content-encoding", &self.response_content_encoding)?,
            ),
            (
                &mut output.content_disposition,
                chosen("response-content-disposition", &self.response_content_disposition)?,
            ),
            (
                &mut output.content_language,
                chosen("response-content-language", &self.response_content_language)?,
            ),
            (&mut output.cache_control, chosen("response-cache-control", &self.response_cache_control)?),
            (&mut output.expires, expires.transpose()?),
        ];
        for (stored, chosen) in overridden.into_iter().filter(|(_, chosen)| chosen.is_some()) {
            *stored = chosen;
        }
        Ok(())
    }
}

/// The description of an object that goes into headers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    accept_ranges: &'static str,
    last_modified: Timestamp,
    content_length: u64,
    content_range: Option<String>,
    #[serde(rename = "ETag")]
    etag: String,
    content_type: String,
    content_encoding: Option<String>,
    content_disposition: Option<String>,
    content_language: Option<String>,
    cache_control: Option<String>,
    expires: Option<String>,
    metadata: BTreeMap<String, String>,
    #[serde(flatten)]
    checksum: BTreeMap<String, String>,
}

/// An object that was found, and the bytes of it that are asked for.
pub(super) struct Found {
    pub(super) object: Object,
    pub(super) range: Range<u64>,
    pub(super) output: Output,
}

impl Found {
    /// Whether a part of the object is asked for, rather than all of it.
    pub(super) const fn is_partial(&self) -> bool {
        self.output.content_range.is_some()
    }
}

/// Finds what is asked for.
pub(super) async fn find(app: &App, call: &Call<'_>, caller: &LetIn, input: &Input) -> Result<Found, Fault> {
    permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
    input.check_overrides(caller)?;
    let object = find_object(app, call, caller, (&input.bucket, &input.key)).await?;
    let conditions = Preconditions {
        if_match: input.if_match.as_deref(),
        if_none_match: input.if_none_match.as_deref(),
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    match conditions.evaluate(&object) {
        Outcome::Send => {}
        Outcome::NotModified => {
            let etag = format!("\"{}\"", object.etag);
            let said = Said::bad_request("NotModified", "").with_status(StatusCode::NOT_MODIFIED);
            return Err(said.with_header(header::ETAG, etag).into());
        }
        Outcome::Failed => return Err(words::precondition_failed().into()),
    }
    let (range, content_range) = match range::asked(input.range.as_deref(), object.size) {
        Asked::Everything => (0..object.size, None),
        Asked::Part(range) => {
            let header = format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), object.size);
            (range, Some(header))
        }
        Asked::Unsatisfiable => {
            return Err(Said::bad_request("InvalidRange", "The requested range is not satisfiable")
                .with_status(StatusCode::RANGE_NOT_SATISFIABLE)
                .with_header(header::CONTENT_RANGE, format!("bytes */{}", object.size))
                .into());
        }
    };
    let wants_checksum = input.checksum_mode.is_some() && content_range.is_none();
    let mut output = describe(&object, &range, content_range, wants_checksum);
    input.override_headers(&mut output)?;
    Ok(Found { object, range, output })
}

/// Finds an object; that it is absent is told to whoever may list the bucket.
pub(super) async fn find_object(
    app: &App,
    call: &Call<'_>,
    caller: &LetIn,
    (bucket, key): (&BucketName, &ObjectKey),
) -> Result<Object, Fault> {
    let finding = app.store.transact(app.entropy.as_ref(), |records, _| objects::find(records, bucket, key));
    match finding.await? {
        Ok(object) => Ok(object),
        Err(refusal) => Err(told(app, call, caller, bucket, refusal).await?),
    }
}

fn describe(
    object: &Object,
    range: &Range<u64>,
    content_range: Option<String>,
    wants_checksum: bool,
) -> Output {
    let headers = object.headers.clone();
    let checksum = if wants_checksum { checksum_members(object) } else { BTreeMap::new() };
    Output {
        accept_ranges: "bytes",
        last_modified: object.modified,
        content_length: range.end - range.start,
        content_range,
        etag: format!("\"{}\"", object.etag),
        content_type: headers.content_type.unwrap_or_else(|| "binary/octet-stream".to_owned()),
        content_encoding: headers.content_encoding,
        content_disposition: headers.content_disposition,
        content_language: headers.content_language,
        cache_control: headers.cache_control,
        expires: headers.expires,
        metadata: headers.metadata.into_iter().map(|(name, value)| (name, in_ascii(value))).collect(),
        checksum,
    }
}

/// A value of user metadata as a header can carry it: what is not ASCII as an encoded word of RFC 2047, as S3 does.
fn in_ascii(value: String) -> String {
    match value.is_ascii() {
        true => value,
        false => format!("=?UTF-8?B?{}?=", BASE64.encode(value.as_bytes())),
    }
}

/// What the operator is told when an object's bytes are not where they should be.
pub(super) fn content_is_missing(object: &Object) -> Fault {
    let what =
        format!("the content `{}` of an object in bucket `{}` is missing", object.content, object.bucket);
    Breakdown::new(what).into()
}
