//! GetPolicyVersion: a version of a managed policy with its text.

use super::faults::of_policy;
use super::given::GivenArn;
use super::on_policy;
use super::policy::ShownVersion;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetPolicyVersion;

/// Which version of which policy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
    version_id: String,
}

/// The version.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_version: ShownVersion,
}

impl Operation for GetPolicyVersion {
    const NAME: &'static str = "GetPolicyVersion";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_policy("iam:GetPolicyVersion", input.policy_arn.policy()?))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let (arn, version) = (input.policy_arn.policy()?, input.version_id.as_str());
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            managed_policies::find_version(records, arn, version)
        });
        let (version, counts) = finding.await?.map_err(of_policy)?;
        Ok(Reply::of(Output { policy_version: ShownVersion::whole(&version, counts) }))
    }
}
