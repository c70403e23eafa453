//! DetachRolePolicy: detaches a managed policy from a role.

use super::faults::of_role;
use super::given::GivenArn;
use super::{named, on_bounded_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::iam::role_policies;
use domain::iam::role::RoleName;
use serde::Deserialize;

/// The operation.
pub struct DetachRolePolicy;

/// Which policy, and which role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    policy_arn: GivenArn,
}

impl Operation for DetachRolePolicy {
    const NAME: &'static str = "DetachRolePolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = vec![Key::new("iam:PolicyARN", input.policy_arn.policy()?.to_string())];
        Ok(Permission { keys, ..on_bounded_role("iam:DetachRolePolicy", &input.role_name) })
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let policy = input.policy_arn.policy()?;
        call.notes.parameter("policyArn", policy.to_string());
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            role_policies::detach(records, &app.house, named(&input.role_name, &by), policy)
        });
        changing.await?.map_err(of_role)?;
        Ok(Reply::of(()))
    }
}
