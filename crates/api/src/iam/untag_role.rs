//! UntagRole: takes tags off a role, by their keys.

use super::faults::of_role;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::iam::roles;
use domain::iam::role::RoleName;
use domain::tag::TagKeys;
use serde::Deserialize;

/// The operation.
pub struct UntagRole;

/// Which role, and the keys of which tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    tag_keys: TagKeys,
}

impl Operation for UntagRole {
    const NAME: &'static str = "UntagRole";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tag_keys(input.tag_keys.iter()).into_iter().collect();
        Ok(Permission { keys, ..on_role("iam:UntagRole", &input.role_name) })
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let untagging = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::untag(records, &app.house, named(&input.role_name, &by), &input.tag_keys)
        });
        untagging.await?.map_err(of_role)?;
        Ok(Reply::of(()))
    }
}
