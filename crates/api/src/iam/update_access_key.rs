//! UpdateAccessKey: makes a key of a user active or inactive.

use super::access_key::Status;
use super::faults::of_user;
use super::user::{name_of, named, on_own_or};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access_keys;
use domain::iam::user::UserName;
use serde::Deserialize;

/// The operation.
pub struct UpdateAccessKey;

/// Which key of which user, and what it becomes.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<UserName>,
    access_key_id: String,
    status: Status,
}

impl Operation for UpdateAccessKey {
    const NAME: &'static str = "UpdateAccessKey";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_own_or("iam:UpdateAccessKey", input.user_name.as_ref()))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { user_name, access_key_id: id, status } = input;
        call.notes.parameter("accessKeyId", id.as_str());
        call.notes.parameter("status", status.name());
        let status = status.to_set()?;
        let name = name_of(user_name, &by)?;
        let updating = app.store.transact(app.entropy.as_ref(), |records, _| {
            access_keys::update(records, &app.house, (named(&name, &by), &id), status, call.now)
        });
        updating.await?.map_err(of_user)?;
        Ok(Reply::of(()))
    }
}
