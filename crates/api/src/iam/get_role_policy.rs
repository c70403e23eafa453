//! GetRolePolicy: an inline policy of a role.

use super::faults::of_role;
use super::role::encoded;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::role_policies;
use domain::iam::role::{PolicyName, RoleName};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetRolePolicy;

/// Which policy of which role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    policy_name: PolicyName,
}

/// The policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role_name: RoleName,
    policy_name: PolicyName,
    policy_document: String,
}

impl Operation for GetRolePolicy {
    const NAME: &'static str = "GetRolePolicy";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:GetRolePolicy", &input.role_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { role_name, policy_name } = input;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            role_policies::policy(records, &app.house, named(&role_name, &by), &policy_name)
        });
        let policy_document = encoded(&finding.await?.map_err(of_role)?);
        Ok(Reply::of(Output { role_name, policy_name, policy_document }))
    }
}
