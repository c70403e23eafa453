//! GetGroupPolicy: an inline policy of a group.

use super::faults::of_group;
use super::group::{named, on_group};
use super::role::encoded;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups;
use domain::iam::group::GroupName;
use domain::iam::role::PolicyName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetGroupPolicy;

/// Which policy of which group.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: GroupName,
    policy_name: PolicyName,
}

/// The policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    group_name: GroupName,
    policy_name: PolicyName,
    policy_document: String,
}

impl Operation for GetGroupPolicy {
    const NAME: &'static str = "GetGroupPolicy";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_group("iam:GetGroupPolicy", &input.group_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { group_name, policy_name } = input;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            groups::policy(records, &app.house, named(&group_name, &by), &policy_name)
        });
        let policy_document = encoded(&finding.await?.map_err(of_group)?);
        Ok(Reply::of(Output { group_name, policy_name, policy_document }))
    }
}
