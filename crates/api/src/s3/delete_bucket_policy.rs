//! DeleteBucketPolicy: takes the policy of a bucket back; none is taken back already.

use super::{fault_of, permissions};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::s3::bucket_policies;
use domain::s3::bucket::BucketName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct DeleteBucketPolicy;

/// Which bucket's policy is to go.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    expected_bucket_owner: Option<String>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

impl Operation for DeleteBucketPolicy {
    const NAME: &'static str = "DeleteBucketPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(permissions::on_bucket("s3:DeleteBucketPolicy", &input.bucket))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let deleting = app
            .store
            .transact(app.entropy.as_ref(), |records, _| bucket_policies::delete(records, &input.bucket));
        deleting.await?.map_err(fault_of)?;
        Ok(Reply::of(Output {}))
    }
}
