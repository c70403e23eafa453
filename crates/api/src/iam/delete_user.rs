//! DeleteUser: forgets a user who has nothing any more.

use super::faults::of_user;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::users;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct DeleteUser;

/// Which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
}

impl Operation for DeleteUser {
    const NAME: &'static str = "DeleteUser";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_user("iam:DeleteUser", &input.user_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::delete(records, &app.house, named(&input.user_name, &by), call.now)
        });
        deleting.await?.map_err(of_user)?;
        Ok(Reply::of(()))
    }
}
