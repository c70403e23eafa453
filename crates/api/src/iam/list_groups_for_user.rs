//! ListGroupsForUser: the groups that a user is in, page by page.

use super::faults::of_user;
use super::group::Shown;
use super::paging::Asked;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups;
use domain::iam::group::Group;
use domain::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListGroupsForUser;

/// Which user, and which page of their groups.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of groups.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    groups: Vec<Shown>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListGroupsForUser {
    const NAME: &'static str = "ListGroupsForUser";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_user("iam:ListGroupsForUser", &input.user_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            groups::of_user(records, &app.house, named(&input.user_name, &by))
        });
        let groups = finding.await?.map_err(of_user)?;
        let (page, marker) = asked.page_of_all(groups, |group: &Group| group.name.folded());
        let groups = page.into_iter().map(|group| Shown::of(group, &app.house.account.id)).collect();
        Ok(Reply::of(Output { groups, is_truncated: marker.is_some(), marker }))
    }
}
