//! RemoveUserFromGroup: takes a user out of a group.

use super::faults::of_group;
use super::group::{named, on_group};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups;
use domain::iam::group::GroupName;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct RemoveUserFromGroup;

/// Which user, and out of which group.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: GroupName,
    user_name: UserName,
}

impl Operation for RemoveUserFromGroup {
    const NAME: &'static str = "RemoveUserFromGroup";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_group("iam:RemoveUserFromGroup", &input.group_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { group_name, user_name } = &input;
        call.notes.parameter("userName", user_name.as_str());
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            groups::remove(records, &app.house, named(group_name, &by), user_name)
        });
        changing.await?.map_err(of_group)?;
        Ok(Reply::of(()))
    }
}
