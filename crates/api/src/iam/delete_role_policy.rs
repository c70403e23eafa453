//! DeleteRolePolicy: forgets an inline policy of a role.

use super::faults::of_role;
use super::{named, on_bounded_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::role_policies;
use domain::iam::role::{PolicyName, RoleName};
use serde::Deserialize;

/// The operation.
pub struct DeleteRolePolicy;

/// Which policy of which role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    policy_name: PolicyName,
}

impl Operation for DeleteRolePolicy {
    const NAME: &'static str = "DeleteRolePolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_bounded_role("iam:DeleteRolePolicy", &input.role_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { role_name, policy_name } = &input;
        call.notes.parameter("policyName", policy_name.as_str());
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            role_policies::delete_policy(records, &app.house, named(role_name, &by), policy_name)
        });
        deleting.await?.map_err(of_role)?;
        Ok(Reply::of(()))
    }
}
