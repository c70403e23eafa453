//! AttachUserPolicy: attaches a managed policy to a user.

use super::faults::of_user;
use super::given::GivenArn;
use super::user::{named, on_bounded_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::iam::users;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct AttachUserPolicy;

/// Which policy, and which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    policy_arn: GivenArn,
}

impl Operation for AttachUserPolicy {
    const NAME: &'static str = "AttachUserPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = vec![Key::new("iam:PolicyARN", input.policy_arn.policy()?.to_string())];
        Ok(Permission { keys, ..on_bounded_user("iam:AttachUserPolicy", &input.user_name) })
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let policy = input.policy_arn.policy()?;
        call.notes.parameter("policyArn", policy.to_string());
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::attach(records, &app.house, named(&input.user_name, &by), policy)
        });
        changing.await?.map_err(of_user)?;
        Ok(Reply::of(()))
    }
}
