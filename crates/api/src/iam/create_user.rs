//! CreateUser: makes a user.

use super::faults::of_user;
use super::user::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access::Resource;
use broker::iam::users::{self, NewUser};
use domain::iam::path::Path;
use domain::iam::user::UserName;
use domain::tag::Tags;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct CreateUser;

/// The user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    path: Option<Path>,
}

/// The user as they were made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user: Shown,
}

impl Operation for CreateUser {
    const NAME: &'static str = "CreateUser";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let path = input.path.clone().unwrap_or_else(Path::root);
        Ok(Permission {
            action: "iam:CreateUser",
            resource: Resource::NewUser(path, input.user_name.clone()),
            keys: Vec::new(),
        })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { user_name: name, path } = input;
        let new = NewUser { name, path: path.unwrap_or_else(Path::root), tags: Tags::default() };
        let creating = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            users::create(records, &new, call.now, entropy)
        });
        let user = creating.await?.map_err(of_user)?;
        Ok(Reply::of(Output { user: Shown::of(user, &app.house.account.id) }))
    }
}
