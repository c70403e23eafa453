//! GetRole: a role and its trust policy.

use super::faults::of_role;
use super::role::Shown;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::{principals, roles};
use domain::iam::role::RoleName;
use domain::records::Stop;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetRole;

/// Which role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
}

/// The role.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role: Shown,
}

impl Operation for GetRole {
    const NAME: &'static str = "GetRole";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:GetRole", &input.role_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            let role = roles::find(records, &app.house, named(&input.role_name, &by))?;
            principals::shown(records, &app.house, role).map_err(Stop::Unready)
        });
        let role = finding.await?.map_err(of_role)?;
        Ok(Reply::of(Output { role: Shown::of(role, &app.house.account.id) }))
    }
}
