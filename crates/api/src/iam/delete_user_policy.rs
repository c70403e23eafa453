//! DeleteUserPolicy: forgets an inline policy of a user.

use super::faults::of_user;
use super::user::{named, on_bounded_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::users;
use domain::iam::role::PolicyName;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct DeleteUserPolicy;

/// Which policy of which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    policy_name: PolicyName,
}

impl Operation for DeleteUserPolicy {
    const NAME: &'static str = "DeleteUserPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_bounded_user("iam:DeleteUserPolicy", &input.user_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { user_name, policy_name } = &input;
        call.notes.parameter("policyName", policy_name.as_str());
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::delete_policy(records, &app.house, named(user_name, &by), policy_name)
        });
        deleting.await?.map_err(of_user)?;
        Ok(Reply::of(()))
    }
}
