//! DeleteUserPermissionsBoundary: lets nothing bound a user any more.

use super::faults::of_user;
use super::user::{named, on_bounded_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::users;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct DeleteUserPermissionsBoundary;

/// Which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
}

impl Operation for DeleteUserPermissionsBoundary {
    const NAME: &'static str = "DeleteUserPermissionsBoundary";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_bounded_user("iam:DeleteUserPermissionsBoundary", &input.user_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let freeing = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::delete_boundary(records, &app.house, named(&input.user_name, &by))
        });
        freeing.await?.map_err(of_user)?;
        Ok(Reply::of(()))
    }
}
