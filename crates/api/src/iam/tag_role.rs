//! TagRole: writes tags on a role, in the place of those that have their keys.

use super::faults::of_role;
use super::given::GivenTags;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::iam::roles;
use domain::iam::role::RoleName;
use serde::Deserialize;

/// The operation.
pub struct TagRole;

/// Which role, and which tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    tags: GivenTags,
}

impl Operation for TagRole {
    const NAME: &'static str = "TagRole";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tags(input.tags.tags()?);
        Ok(Permission { keys, ..on_role("iam:TagRole", &input.role_name) })
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let tags = input.tags.tags()?;
        let tagging = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::tag(records, &app.house, named(&input.role_name, &by), tags)
        });
        tagging.await?.map_err(of_role)?;
        Ok(Reply::of(()))
    }
}
