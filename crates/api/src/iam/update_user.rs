//! UpdateUser: renames a user, or moves them to another path.

use super::faults::of_user;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Denied, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use broker::iam::users::{self, Change};
use domain::iam::path::Path;
use domain::iam::user::UserName;
use domain::records::{IamUsers, Read};
use serde::Deserialize;
use store::records::Records;

/// The operation.
pub struct UpdateUser;

/// Which user, and what they become.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    new_path: Option<Path>,
    new_user_name: Option<UserName>,
}

const ACTION: &str = "iam:UpdateUser";

impl Operation for UpdateUser {
    const NAME: &'static str = "UpdateUser";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_user(ACTION, &input.user_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { user_name, new_path: path, new_user_name: name } = input;
        call.notes.parameter("newUserName", name.as_ref().map(UserName::as_str));
        call.notes.parameter("newPath", path.as_ref().map(Path::as_str));
        let change = Change { name, path };
        let now: &Call<'_> = call;
        let updating = app.store.transact(app.entropy.as_ref(), |records, _| {
            match becoming_denied(records, (app, now, &by), &user_name, &change)? {
                Some(denied) => Ok(Err(denied)),
                None => users::update(records, &app.house, named(&user_name, &by), &change).map(Ok),
            }
        });
        match updating.await?.map_err(of_user)? {
            Ok(()) => Ok(Reply::of(())),
            Err(denied) => Err(denied.told(call)),
        }
    }
}

/// Whether the caller may do it to the user as they are, but not to the one that they become. Source: IAM API reference,
/// "UpdateUser".
fn becoming_denied(
    records: &mut Records<'_>,
    (app, call, by): (&App, &Call<'_>, &SignedBy),
    user: &UserName,
    change: &Change,
) -> Read<Option<Denied>> {
    let Some(user) = records.iam_user(user)? else { return Ok(None) };
    let (path, name) = change.of(&user);
    let permission = Permission { action: ACTION, resource: Resource::NewUser(path, name), keys: Vec::new() };
    by.denied_also(records, (app, call), &permission)
}
