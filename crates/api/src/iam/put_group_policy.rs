//! PutGroupPolicy: writes an inline policy of a group.

use super::faults::of_group;
use super::group::{named, on_group};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings;
use broker::iam::inline::{Owner, Sort};
use broker::iam::{groups, lint};
use domain::iam::group::GroupName;
use domain::iam::role::PolicyName;
use serde::Deserialize;

/// The operation.
pub struct PutGroupPolicy;

/// Which policy of which group, and its text.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: GroupName,
    policy_name: PolicyName,
    policy_document: String,
}

impl Operation for PutGroupPolicy {
    const NAME: &'static str = "PutGroupPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_group("iam:PutGroupPolicy", &input.group_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { group_name, policy_name, policy_document } = &input;
        call.notes.parameter("policyName", policy_name.as_str());
        call.notes.policy("policyDocument", policy_document);
        let putting = app.store.transact(app.entropy.as_ref(), |records, _| {
            groups::put_policy(records, &app.house, named(group_name, &by), (policy_name, policy_document))
        });
        putting.await?.map_err(of_group)?;
        let owner = Owner { sort: Sort::Group, name: group_name.to_string() };
        warnings::warn(call, lint::of_inline(&owner, policy_name, policy_document));
        Ok(Reply::of(()))
    }
}
