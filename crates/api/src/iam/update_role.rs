//! UpdateRole: changes what a role is for, or how long its sessions may live.

use super::faults::of_role;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::roles;
use domain::iam::role::RoleName;
use domain::time::Span;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct UpdateRole;

/// Which role, and what changes.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    description: Option<String>,
    max_session_duration: Option<u32>,
}

/// Nothing is said.
#[derive(Serialize)]
pub struct Output {}

impl Operation for UpdateRole {
    const NAME: &'static str = "UpdateRole";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:UpdateRole", &input.role_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { role_name, description, max_session_duration } = &input;
        call.notes.parameter("maxSessionDuration", *max_session_duration);
        let longest = max_session_duration.map(Span::from_secs);
        let updating = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::update(records, &app.house, named(role_name, &by), description.as_deref(), longest)
        });
        updating.await?.map_err(of_role)?;
        Ok(Reply::of(Output {}))
    }
}
