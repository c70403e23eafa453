//! DeleteGroup: forgets a group that has nothing and nobody any more.

use super::faults::of_group;
use super::group::{named, on_group};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups;
use domain::iam::group::GroupName;
use serde::Deserialize;

/// The operation.
pub struct DeleteGroup;

/// Which group.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: GroupName,
}

impl Operation for DeleteGroup {
    const NAME: &'static str = "DeleteGroup";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_group("iam:DeleteGroup", &input.group_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            groups::delete(records, &app.house, named(&input.group_name, &by))
        });
        deleting.await?.map_err(of_group)?;
        Ok(Reply::of(()))
    }
}
