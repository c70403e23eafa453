//! ListRolePolicies: the names of a role's inline policies, page by page.

use super::faults::of_role;
use super::paging::Asked;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::roles;
use domain::iam::role::{PolicyName, RoleName};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListRolePolicies;

/// Which role, and which page of its policies.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of names.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_names: Vec<PolicyName>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListRolePolicies {
    const NAME: &'static str = "ListRolePolicies";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:ListRolePolicies", &input.role_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::find(records, &app.house, named(&input.role_name, &by))
        });
        let names = finding.await?.map_err(of_role)?.policies.into_keys();
        let (policy_names, marker) = asked.page_of_all(names, PolicyName::to_string);
        Ok(Reply::of(Output { policy_names, is_truncated: marker.is_some(), marker }))
    }
}
