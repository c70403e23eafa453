//! PutRolePolicy: writes an inline policy of a role.

use super::faults::of_role;
use super::{named, on_bounded_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings::{self, Written};
use broker::iam::role_policies;
use domain::iam::role::{PolicyName, RoleName};
use serde::Deserialize;

/// The operation.
pub struct PutRolePolicy;

/// Which policy of which role, and its text.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    policy_name: PolicyName,
    policy_document: String,
}

impl Operation for PutRolePolicy {
    const NAME: &'static str = "PutRolePolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_bounded_role("iam:PutRolePolicy", &input.role_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { role_name, policy_name, policy_document } = &input;
        call.notes.parameter("policyName", policy_name.as_str());
        call.notes.policy("policyDocument", policy_document);
        let putting = app.store.transact(app.entropy.as_ref(), |records, _| {
            role_policies::put_policy(
                records,
                &app.house,
                named(role_name, &by),
                (policy_name, policy_document),
            )
        });
        putting.await?.map_err(of_role)?;
        warnings::of_role(app, call, role_name, Written::Policy(policy_name.as_str())).await;
        Ok(Reply::of(()))
    }
}
