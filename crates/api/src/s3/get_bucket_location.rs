//! GetBucketLocation: the region of a bucket, as clients ask that do not know it.

use super::{fault_of, permissions};
use crate::app::App;
use crate::by_policy::{ByPolicy, LetIn};
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply};
use broker::s3::buckets;
use domain::s3::bucket::BucketName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetBucketLocation;

/// Which bucket is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    expected_bucket_owner: Option<String>,
}

/// The region; S3 has no name for its first one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    location_constraint: String,
}

impl Operation for GetBucketLocation {
    const NAME: &'static str = "GetBucketLocation";
    type Input = Input;
    type Output = Output;
    type Access = ByPolicy;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(permissions::on_bucket("s3:GetBucketLocation", &input.bucket))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: LetIn, input: Input) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| buckets::find(records, &input.bucket));
        finding.await?.map_err(fault_of)?;
        let region = app.house.account.region.as_str();
        let location_constraint = if region == "us-east-1" { String::new() } else { region.to_owned() };
        Ok(Reply::of(Output { location_constraint }))
    }
}
