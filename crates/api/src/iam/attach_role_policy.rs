//! AttachRolePolicy: attaches a managed policy to a role.

use super::faults::of_role;
use super::given::GivenArn;
use super::{named, on_bounded_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings::{self, Written};
use broker::iam::resource::Key;
use broker::iam::role_policies;
use domain::iam::role::RoleName;
use serde::Deserialize;

/// The operation.
pub struct AttachRolePolicy;

/// Which policy, and which role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    policy_arn: GivenArn,
}

impl Operation for AttachRolePolicy {
    const NAME: &'static str = "AttachRolePolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = vec![Key::new("iam:PolicyARN", input.policy_arn.policy()?.to_string())];
        Ok(Permission { keys, ..on_bounded_role("iam:AttachRolePolicy", &input.role_name) })
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let policy = input.policy_arn.policy()?;
        call.notes.parameter("policyArn", policy.to_string());
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            role_policies::attach(records, &app.house, named(&input.role_name, &by), policy)
        });
        changing.await?.map_err(of_role)?;
        warnings::of_role(app, call, &input.role_name, Written::Attached(policy)).await;
        Ok(Reply::of(()))
    }
}
