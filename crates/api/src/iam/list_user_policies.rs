//! ListUserPolicies: the names of a user's inline policies, page by page.

use super::faults::of_user;
use super::paging::Asked;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::users;
use domain::iam::role::PolicyName;
use domain::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListUserPolicies;

/// Which user, and which page of its policies.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
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

impl Operation for ListUserPolicies {
    const NAME: &'static str = "ListUserPolicies";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_user("iam:ListUserPolicies", &input.user_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::find(records, &app.house, named(&input.user_name, &by))
        });
        let names = finding.await?.map_err(of_user)?.policies.into_keys();
        let (policy_names, marker) = asked.page_of_all(names, PolicyName::to_string);
        Ok(Reply::of(Output { policy_names, is_truncated: marker.is_some(), marker }))
    }
}
