//! ListInstanceProfilesForRole: the instance profiles of a role. There are no machines here that could have one, so it has none.

use super::faults::of_role;
use super::paging::Asked;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::roles;
use domain::iam::role::RoleName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListInstanceProfilesForRole;

/// Which role, and which page of its profiles.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// No profiles.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    instance_profiles: [(); 0],
    is_truncated: bool,
}

impl Operation for ListInstanceProfilesForRole {
    const NAME: &'static str = "ListInstanceProfilesForRole";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:ListInstanceProfilesForRole", &input.role_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::find(records, &app.house, named(&input.role_name, &by))
        });
        finding.await?.map_err(of_role)?;
        Ok(Reply::of(Output { instance_profiles: [], is_truncated: false }))
    }
}
