//! ListObjectsV2: a bucket's objects, page by page.

use super::listing::{CommonPrefix, Content, Encoding, Narrowed};
use super::owner::Owner;
use super::{permissions, words};
use crate::app::App;
use crate::by_policy::{ByPolicy, LetIn};
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply};
use crate::page::{entry_of, token_after};
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListObjectsV2;

/// What is listed.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    prefix: Option<String>,
    delimiter: Option<String>,
    start_after: Option<String>,
    continuation_token: Option<String>,
    max_keys: Option<i64>,
    encoding_type: Option<String>,
    fetch_owner: Option<bool>,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    start_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_continuation_token: Option<String>,
    key_count: usize,
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

    /// The entry after which the page begins.
    fn after(&self) -> Result<String, Fault> {
        match &self.continuation_token {
            Some(token) => entry_of(token)
                .filter(|entry| ObjectKey::parse(entry).is_ok())
                .ok_or_else(|| words::bad_continuation_token().into()),
            None => Ok(self.start_after.clone().unwrap_or_default()),
        }
    }
}

impl Operation for ListObjectsV2 {
    const NAME: &'static str = "ListObjectsV2";
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
        let page = narrowed.page(app, &input.after()?).await?;
        let next_continuation_token = page.last().filter(|_| page.is_truncated).map(token_after);
        let owner = input.fetch_owner.filter(|asked| *asked).map(|_| Owner::of(&app.house.account));
        let (key_count, is_truncated) = (page.entries.len(), page.is_truncated);
        let (contents, common_prefixes) = encoding.entries(page, owner.as_ref());
        Ok(Reply::of(Output {
            prefix: encoding.name(input.prefix.as_deref().unwrap_or_default()),
            start_after: input.start_after.as_deref().map(|name| encoding.name(name)),
            next_continuation_token,
            key_count,
            max_keys,
            delimiter: input.delimiter.as_deref().map(|delimiter| encoding.name(delimiter)),
            is_truncated,
            contents,
            common_prefixes,
            name: input.bucket,
            continuation_token: input.continuation_token,
            encoding_type: input.encoding_type,
        }))
    }
}
