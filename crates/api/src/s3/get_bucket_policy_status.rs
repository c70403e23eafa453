//! GetBucketPolicyStatus: whether the policy of a bucket lets in everybody.

use super::get_bucket_policy::Input;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use domain::records::Breakdown;
use policy::Kind;
use serde::Serialize;

/// The operation.
pub struct GetBucketPolicyStatus;

/// What its policy says.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_status: Status,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    is_public: bool,
}

impl Operation for GetBucketPolicyStatus {
    const NAME: &'static str = "GetBucketPolicyStatus";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(input.permission("s3:GetBucketPolicyStatus"))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let text = input.policy(app).await?;
        let unreadable =
            |why| Breakdown::new(format!("the policy of a bucket cannot be read any more: {why}"));
        let policy = app.house.policies.compiled(Kind::Resource, &text).map_err(unreadable)?;
        Ok(Reply::of(Output { policy_status: Status { is_public: policy.is_public() } }))
    }
}
