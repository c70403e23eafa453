//! CreateGroup: makes a group.

use super::faults::of_group;
use super::group::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups::{self, NewGroup};
use broker::iam::resource::Resource;
use domain::iam::group::GroupName;
use domain::iam::path::Path;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct CreateGroup;

/// The group.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: GroupName,
    path: Option<Path>,
}

/// The group as it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    group: Shown,
}

impl Operation for CreateGroup {
    const NAME: &'static str = "CreateGroup";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let path = input.path.clone().unwrap_or_else(Path::root);
        Ok(Permission {
            action: "iam:CreateGroup",
            resource: Resource::NewGroup(path, input.group_name.clone()),
            keys: Vec::new(),
        })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { group_name: name, path } = input;
        let new = NewGroup { name, path: path.unwrap_or_else(Path::root) };
        let creating = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            groups::create(records, &new, call.now, entropy)
        });
        let group = creating.await?.map_err(of_group)?;
        Ok(Reply::of(Output { group: Shown::of(group, &app.house.account.id) }))
    }
}
