//! DeleteAccessKey: forgets a key of a user. What is signed with it from then on is refused.

use super::faults::of_user;
use super::user::{name_of, named, on_own_or};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access_keys;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct DeleteAccessKey;

/// Which key of which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<UserName>,
    access_key_id: String,
}

impl Operation for DeleteAccessKey {
    const NAME: &'static str = "DeleteAccessKey";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_own_or("iam:DeleteAccessKey", input.user_name.as_ref()))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { user_name, access_key_id: id } = input;
        call.notes.parameter("accessKeyId", id.as_str());
        let name = name_of(user_name, &by)?;
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            access_keys::delete(records, &app.house, (named(&name, &by), &id), call.now)
        });
        app.key_uses.forget(&deleting.await?.map_err(of_user)?);
        Ok(Reply::of(()))
    }
}
