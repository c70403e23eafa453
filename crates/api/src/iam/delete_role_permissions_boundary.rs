//! DeleteRolePermissionsBoundary: lets nothing bound a role any more.

use super::faults::of_role;
use super::{named, on_bounded_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::role_policies;
use domain::iam::role::RoleName;
use serde::Deserialize;

/// The operation.
pub struct DeleteRolePermissionsBoundary;

/// Which role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
}

impl Operation for DeleteRolePermissionsBoundary {
    const NAME: &'static str = "DeleteRolePermissionsBoundary";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_bounded_role("iam:DeleteRolePermissionsBoundary", &input.role_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let freeing = app.store.transact(app.entropy.as_ref(), |records, _| {
            role_policies::delete_boundary(records, &app.house, named(&input.role_name, &by))
        });
        freeing.await?.map_err(of_role)?;
        Ok(Reply::of(()))
    }
}
