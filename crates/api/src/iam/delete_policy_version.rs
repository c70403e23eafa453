//! DeletePolicyVersion: forgets a version of a managed policy that does not count.

use super::faults::of_policy;
use super::given::GivenArn;
use super::on_policy;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use serde::Deserialize;

/// The operation.
pub struct DeletePolicyVersion;

/// Which version of which policy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
    version_id: String,
}

impl Operation for DeletePolicyVersion {
    const NAME: &'static str = "DeletePolicyVersion";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_policy("iam:DeletePolicyVersion", input.policy_arn.policy()?))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let (arn, version) = (input.policy_arn.policy()?, input.version_id.as_str());
        call.notes.parameter("versionId", version);
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            managed_policies::delete_version(records, arn, version, call.now)
        });
        changing.await?.map_err(of_policy)?;
        Ok(Reply::of(()))
    }
}
