//! ListAttachedUserPolicies: the managed policies that are attached to a user, page by page.

use super::attached::{self, Attached};
use super::faults::of_user;
use super::paging::Asked;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::users;
use domain::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListAttachedUserPolicies;

/// Which user, and which page of its policies.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
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

impl Operation for ListAttachedUserPolicies {
    const NAME: &'static str = "ListAttachedUserPolicies";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_user("iam:ListAttachedUserPolicies", &input.user_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::find(records, &app.house, named(&input.user_name, &by))
        });
        let user = finding.await?.map_err(of_user)?;
        let (attached_policies, marker) =
            attached::page(&asked, &user.attached, input.path_prefix.as_deref());
        Ok(Reply::of(Output { attached_policies, is_truncated: marker.is_some(), marker }))
    }
}
