//! HeadBucket: whether a bucket is there and may be listed.

use super::{fault_of, permissions};
use crate::app::App;
use crate::by_policy::{ByPolicy, LetIn};
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply};
use broker::s3::buckets;
use domain::account::Region;
use domain::s3::bucket::BucketName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct HeadBucket;

/// Which bucket is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    expected_bucket_owner: Option<String>,
}

/// Where the bucket is.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    bucket_region: Region,
}

impl Operation for HeadBucket {
    const NAME: &'static str = "HeadBucket";
    type Input = Input;
    type Output = Output;
    type Access = ByPolicy;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(permissions::on_bucket("s3:ListBucket", &input.bucket))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: LetIn, input: Input) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| buckets::find(records, &input.bucket));
        finding.await?.map_err(fault_of)?;
        Ok(Reply::of(Output { bucket_region: app.house.account.region.clone() }))
    }
}
