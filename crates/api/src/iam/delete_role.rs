//! DeleteRole: forgets a role that has no policies.

use super::faults::of_role;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::roles;
use domain::iam::role::RoleName;
use serde::Deserialize;

/// The operation.
pub struct DeleteRole;

/// Which role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
}

impl Operation for DeleteRole {
    const NAME: &'static str = "DeleteRole";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:DeleteRole", &input.role_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::delete(records, &app.house, named(&input.role_name, &by), call.now)
        });
        deleting.await?.map_err(of_role)?;
        Ok(Reply::of(()))
    }
}
