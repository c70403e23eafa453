//! GetBucketPolicy: who may do what with a bucket, as it was written.

use super::{fault_of, permissions, words};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::s3::bucket_policies;
use domain::s3::bucket::BucketName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetBucketPolicy;

/// Which bucket is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    expected_bucket_owner: Option<String>,
}

impl Input {
    /// The text of the bucket's policy, which it must have.
    pub(super) async fn policy(&self, app: &App) -> Result<String, Fault> {
        permissions::check_owner(app, self.expected_bucket_owner.as_deref())?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            bucket_policies::find(records, &app.house, &self.bucket)
        });
        finding.await?.map_err(fault_of)?.ok_or_else(|| words::no_such_bucket_policy().into())
    }

    /// An action on the bucket.
    pub(super) fn permission(&self, action: &'static str) -> Permission {
        permissions::on_bucket(action, &self.bucket)
    }
}

/// Its policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy: String,
}

impl Operation for GetBucketPolicy {
    const NAME: &'static str = "GetBucketPolicy";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(input.permission("s3:GetBucketPolicy"))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        Ok(Reply::of(Output { policy: input.policy(app).await? }))
    }
}
