//! GetBucketCors: which pages of other origins may use a bucket.

use super::{fault_of, permissions};
use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::s3::buckets;
use domain::s3::bucket::BucketName;
use domain::s3::cors::CorsRules;
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetBucketCors;

/// Which bucket is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    expected_bucket_owner: Option<String>,
}

/// Its rules.
#[derive(Serialize)]
pub struct Output {
    #[serde(rename = "CORSRules")]
    rules: CorsRules,
}

impl Operation for GetBucketCors {
    const NAME: &'static str = "GetBucketCors";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(permissions::on_bucket("s3:GetBucketCORS", &input.bucket))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| buckets::find(records, &input.bucket));
        let rules = finding.await?.map_err(fault_of)?.cors.ok_or_else(|| {
            Said::bad_request("NoSuchCORSConfiguration", "The CORS configuration does not exist")
                .with_status(StatusCode::NOT_FOUND)
        })?;
        Ok(Reply::of(Output { rules }))
    }
}
