//! PutUserPermissionsBoundary: bounds what a user is allowed by a managed policy.

use super::faults::of_user;
use super::given::GivenArn;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::{Key, PERMISSIONS_BOUNDARY};
use broker::iam::users;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct PutUserPermissionsBoundary;

/// Which user, and the policy that bounds it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    permissions_boundary: GivenArn,
}

impl Operation for PutUserPermissionsBoundary {
    const NAME: &'static str = "PutUserPermissionsBoundary";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = vec![Key::new(PERMISSIONS_BOUNDARY, input.permissions_boundary.boundary()?.to_string())];
        Ok(Permission { keys, ..on_user("iam:PutUserPermissionsBoundary", &input.user_name) })
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let boundary = input.permissions_boundary.boundary()?;
        call.notes.parameter("permissionsBoundary", boundary.to_string());
        let bounding = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::put_boundary(records, &app.house, named(&input.user_name, &by), boundary)
        });
        bounding.await?.map_err(of_user)?;
        Ok(Reply::of(()))
    }
}
