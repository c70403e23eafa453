//! UntagUser: takes tags off a user, by their keys.

use super::faults::of_user;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::iam::users;
use domain::iam::user::UserName;
use domain::tag::TagKeys;
use serde::Deserialize;

/// The operation.
pub struct UntagUser;

/// Which user, and the keys of which tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    tag_keys: TagKeys,
}

impl Operation for UntagUser {
    const NAME: &'static str = "UntagUser";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tag_keys(input.tag_keys.iter()).into_iter().collect();
        Ok(Permission { keys, ..on_user("iam:UntagUser", &input.user_name) })
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let untagging = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::untag(records, &app.house, named(&input.user_name, &by), &input.tag_keys)
        });
        untagging.await?.map_err(of_user)?;
        Ok(Reply::of(()))
    }
}
