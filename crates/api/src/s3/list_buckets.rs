//! ListBuckets: the account's buckets, page by page.

use super::owner::Owner;
use super::words;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use crate::page::{entry_of, token_after};
use broker::iam::resource::Resource;
use broker::s3::buckets;
use domain::account::Region;
use domain::s3::bucket::BucketName;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How many buckets a page has where the caller does not say.
const MOST: usize = 10_000;

/// The operation.
pub struct ListBuckets;

/// Which buckets are listed.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    max_buckets: Option<usize>,
    continuation_token: Option<String>,
    prefix: Option<String>,
    bucket_region: Option<String>,
}

/// A page of buckets.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    buckets: Vec<Listed>,
    owner: Owner,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    name: BucketName,
    creation_date: Timestamp,
    bucket_region: Region,
}

impl Operation for ListBuckets {
    const NAME: &'static str = "ListBuckets";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "s3:ListAllMyBuckets", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let after = match &input.continuation_token {
            Some(token) => entry_of(token).ok_or_else(words::bad_continuation_token)?,
            None => String::new(),
        };
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let region = &app.house.account.region;
        let limit = match &input.bucket_region {
            // Every bucket is in the one region there is.
            Some(asked) if asked != region.as_str() => 0,
            Some(_) | None => input.max_buckets.unwrap_or(MOST),
        };
        let page = app.read(|records| buckets::page(records, prefix, &after, limit)).await?;
        let last = page.buckets.last().filter(|_| page.is_truncated);
        let continuation_token = last.map(|bucket| token_after(bucket.name.as_str()));
        let listed = page.buckets.into_iter().map(|bucket| Listed {
            name: bucket.name,
            creation_date: bucket.created,
            bucket_region: region.clone(),
        });
        Ok(Reply::of(Output {
            buckets: listed.collect(),
            owner: Owner::of(&app.house.account),
            continuation_token,
            prefix: input.prefix,
        }))
    }
}
