//! GetGroup: a group, and its members page by page.

use super::faults::of_group;
use super::group::{self, named, on_group};
use super::paging::Asked;
use super::user::Listed;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups;
use domain::iam::group::GroupName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetGroup;

/// Which group, and which page of its members.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: GroupName,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// The group and a page of users.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    group: group::Shown,
    users: Vec<Listed>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for GetGroup {
    const NAME: &'static str = "GetGroup";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_group("iam:GetGroup", &input.group_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            let named = named(&input.group_name, &by);
            groups::members(records, &app.house, named, asked.after.as_deref(), asked.limit)
        });
        let (group, mut members) = finding.await?.map_err(of_group)?;
        let marker = asked.cut(&mut members, |user| user.name.folded());
        let account = &app.house.account.id;
        let users = members.into_iter().map(|user| Listed::of(user, account)).collect();
        let group = group::Shown::of(group, account);
        Ok(Reply::of(Output { group, users, is_truncated: marker.is_some(), marker }))
    }
}
