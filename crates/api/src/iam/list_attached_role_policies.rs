//! ListAttachedRolePolicies: the managed policies that are attached to a role, page by page.

use super::attached::{self, Attached};
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
pub struct ListAttachedRolePolicies;

/// Which role, and which page of its policies.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    path_prefix: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of policies.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attached_policies: Vec<Attached>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListAttachedRolePolicies {
    const NAME: &'static str = "ListAttachedRolePolicies";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:ListAttachedRolePolicies", &input.role_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::find(records, &app.house, named(&input.role_name, &by))
        });
        let role = finding.await?.map_err(of_role)?;
        let (attached_policies, marker) =
            attached::page(&asked, &role.attached, input.path_prefix.as_deref());
        Ok(Reply::of(Output { attached_policies, is_truncated: marker.is_some(), marker }))
    }
}
