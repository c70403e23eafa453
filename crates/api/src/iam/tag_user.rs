//! TagUser: writes tags on a user, in the place of those that have their keys.

use super::faults::of_user;
use super::given::GivenTags;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::iam::users;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct TagUser;

/// Which user, and which tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    tags: GivenTags,
}

impl Operation for TagUser {
    const NAME: &'static str = "TagUser";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tags(input.tags.tags()?);
        Ok(Permission { keys, ..on_user("iam:TagUser", &input.user_name) })
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let tags = input.tags.tags()?;
        let tagging = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::tag(records, &app.house, named(&input.user_name, &by), tags)
        });
        tagging.await?.map_err(of_user)?;
        Ok(Reply::of(()))
    }
}
