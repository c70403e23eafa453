//! GetUserPolicy: an inline policy of a user.

use super::faults::of_user;
use super::role::encoded;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::users;
use domain::iam::role::PolicyName;
use domain::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetUserPolicy;

/// Which policy of which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    policy_name: PolicyName,
}

/// The policy.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_name: UserName,
    policy_name: PolicyName,
    policy_document: String,
}

impl Operation for GetUserPolicy {
    const NAME: &'static str = "GetUserPolicy";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_user("iam:GetUserPolicy", &input.user_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { user_name, policy_name } = input;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::policy(records, &app.house, named(&user_name, &by), &policy_name)
        });
        let policy_document = encoded(&finding.await?.map_err(of_user)?);
        Ok(Reply::of(Output { user_name, policy_name, policy_document }))
    }
}
