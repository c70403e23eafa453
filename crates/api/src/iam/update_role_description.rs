//! UpdateRoleDescription: changes what a role is for; UpdateRole does the same and more.

use super::faults::of_role;
use super::role::Shown;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::{principals, roles};
use domain::iam::role::RoleName;
use domain::records::Stop;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct UpdateRoleDescription;

/// Which role, and what it is for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    description: String,
}

/// The role as it is then.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role: Shown,
}

impl Operation for UpdateRoleDescription {
    const NAME: &'static str = "UpdateRoleDescription";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:UpdateRoleDescription", &input.role_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { role_name, description } = &input;
        let updating = app.store.transact(app.entropy.as_ref(), |records, _| {
            let role = roles::update(records, &app.house, named(role_name, &by), Some(description), None)?;
            principals::shown(records, &app.house, role).map_err(Stop::Unready)
        });
        let role = updating.await?.map_err(of_role)?;
        Ok(Reply::of(Output { role: Shown::of(role, &app.house.account.id) }))
    }
}
