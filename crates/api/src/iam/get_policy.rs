//! GetPolicy: a managed policy, without its text.

use super::faults::of_policy;
use super::given::GivenArn;
use super::on_policy;
use super::policy::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use broker::iam::policy_listing::counted;
use domain::records::Stop;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetPolicy;

/// Which policy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
}

/// The policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy: Shown,
}

impl Operation for GetPolicy {
    const NAME: &'static str = "GetPolicy";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_policy("iam:GetPolicy", input.policy_arn.policy()?))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let arn = input.policy_arn.policy()?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            let policy = managed_policies::find(records, arn)?;
            counted(records, policy).map_err(Stop::Unready)
        });
        let policy = Shown::of(finding.await?.map_err(of_policy)?);
        Ok(Reply::of(Output { policy }))
    }
}
