//! PutUserPolicy: writes an inline policy of a user.

use super::faults::of_user;
use super::user::{named, on_bounded_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings;
use broker::iam::inline::{Owner, Sort};
use broker::iam::{lint, users};
use domain::iam::role::PolicyName;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct PutUserPolicy;

/// Which policy of which user, and its text.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    policy_name: PolicyName,
    policy_document: String,
}

impl Operation for PutUserPolicy {
    const NAME: &'static str = "PutUserPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_bounded_user("iam:PutUserPolicy", &input.user_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { user_name, policy_name, policy_document } = &input;
        call.notes.parameter("policyName", policy_name.as_str());
        call.notes.policy("policyDocument", policy_document);
        let putting = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::put_policy(records, &app.house, named(user_name, &by), (policy_name, policy_document))
        });
        putting.await?.map_err(of_user)?;
        let owner = Owner { sort: Sort::User, name: user_name.to_string() };
        warnings::warn(call, lint::of_inline(&owner, policy_name, policy_document));
        Ok(Reply::of(()))
    }
}
