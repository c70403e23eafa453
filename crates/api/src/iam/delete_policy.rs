//! DeletePolicy: forgets a managed policy that nobody carries.

use super::faults::of_policy;
use super::given::GivenArn;
use super::on_policy;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use serde::Deserialize;

/// The operation.
pub struct DeletePolicy;

/// Which policy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
}

impl Operation for DeletePolicy {
    const NAME: &'static str = "DeletePolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_policy("iam:DeletePolicy", input.policy_arn.policy()?))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let arn = input.policy_arn.policy()?;
        let deleting =
            app.store.transact(app.entropy.as_ref(), |records, _| managed_policies::delete(records, arn));
        deleting.await?.map_err(of_policy)?;
        Ok(Reply::of(()))
    }
}
