//! PutRolePermissionsBoundary: bounds what a role is allowed by a managed policy.

use super::faults::of_role;
use super::given::GivenArn;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings::{self, Written};
use broker::iam::resource::{Key, PERMISSIONS_BOUNDARY};
use broker::iam::role_policies;
use domain::iam::role::RoleName;
use serde::Deserialize;

/// The operation.
pub struct PutRolePermissionsBoundary;

/// Which role, and the policy that bounds it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    permissions_boundary: GivenArn,
}

impl Operation for PutRolePermissionsBoundary {
    const NAME: &'static str = "PutRolePermissionsBoundary";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = vec![Key::new(PERMISSIONS_BOUNDARY, input.permissions_boundary.boundary()?.to_string())];
        Ok(Permission { keys, ..on_role("iam:PutRolePermissionsBoundary", &input.role_name) })
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let boundary = input.permissions_boundary.boundary()?;
        call.notes.parameter("permissionsBoundary", boundary.to_string());
        let bounding = app.store.transact(app.entropy.as_ref(), |records, _| {
            role_policies::put_boundary(records, &app.house, named(&input.role_name, &by), boundary)
        });
        bounding.await?.map_err(of_role)?;
        warnings::of_role(app, call, &input.role_name, Written::Boundary(boundary)).await;
        Ok(Reply::of(()))
    }
}
