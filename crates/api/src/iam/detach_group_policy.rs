//! DetachGroupPolicy: detaches a managed policy from a group.

use super::faults::of_group;
use super::given::GivenArn;
use super::group::{named, on_group};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups;
use broker::iam::resource::Key;
use domain::iam::group::GroupName;
use serde::Deserialize;

/// The operation.
pub struct DetachGroupPolicy;

/// Which policy, and which group.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: GroupName,
    policy_arn: GivenArn,
}

impl Operation for DetachGroupPolicy {
    const NAME: &'static str = "DetachGroupPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = vec![Key::new("iam:PolicyARN", input.policy_arn.policy()?.to_string())];
        Ok(Permission { keys, ..on_group("iam:DetachGroupPolicy", &input.group_name) })
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let policy = input.policy_arn.policy()?;
        call.notes.parameter("policyArn", policy.to_string());
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            groups::detach(records, &app.house, named(&input.group_name, &by), policy)
        });
        changing.await?.map_err(of_group)?;
        Ok(Reply::of(()))
    }
}
