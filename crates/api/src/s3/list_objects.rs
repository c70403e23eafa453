//! ListObjects: a bucket's objects, page by page; the older of the two ways.

use super::listing::{CommonPrefix, Content, Encoding, Narrowed};
use super::owner::Owner;
use super::permissions;
use crate::app::App;
use crate::by_policy::{ByPolicy, LetIn};
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply};
use domain::s3::bucket::BucketName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListObjects;

/// What is listed.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    prefix: Option<String>,
    delimiter: Option<String>,
    marker: Option<String>,
    max_keys: Option<i64>,
    encoding_type: Option<String>,
    expected_bucket_owner: Option<String>,
    /// Who pays does not matter here.
    #[serde(rename = "RequestPayer")]
    _request_payer: Option<String>,
}

/// A page of the listing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    name: BucketName,
    prefix: String,
    marker: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    max_keys: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    delimiter: Option<String>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding_type: Option<String>,
    contents: Vec<Content>,
    common_prefixes: Vec<CommonPrefix>,
}

impl Input {
    fn narrowed(&self) -> Narrowed<'_> {
        Narrowed {
            bucket: &self.bucket,
            prefix: self.prefix.as_deref(),
            delimiter: self.delimiter.as_deref(),
            max_keys: self.max_keys,
        }
    }
}

impl Operation for ListObjects {
    const NAME: &'static str = "ListObjects";
    type Input = Input;
    type Output = Output;
    type Access = ByPolicy;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(input.narrowed().permission())
    }

    async fn run(app: &App, _: &mut Call<'_>, _: LetIn, input: Input) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let encoding = Encoding::asked(input.encoding_type.as_deref())?;
        let narrowed = input.narrowed();
        let max_keys = narrowed.limit()?;
        let marker = input.marker.as_deref().unwrap_or_default();
        let page = narrowed.page(app, marker).await?;
        // Without a delimiter the last key is the marker, and S3 does not repeat it.
        let groups = input.delimiter.as_deref().is_some_and(|delimiter| !delimiter.is_empty());
        let next_marker = page.last().filter(|_| page.is_truncated && groups).map(|last| encoding.name(last));
        let is_truncated = page.is_truncated;
        let (contents, common_prefixes) = encoding.entries(page, Some(&Owner::of(&app.house.account)));
        Ok(Reply::of(Output {
            prefix: encoding.name(input.prefix.as_deref().unwrap_or_default()),
            marker: encoding.name(marker),
            next_marker,
            max_keys,
            delimiter: input.delimiter.as_deref().map(|delimiter| encoding.name(delimiter)),
            is_truncated,
            contents,
            common_prefixes,
            name: input.bucket,
            encoding_type: input.encoding_type,
        }))
    }
}
