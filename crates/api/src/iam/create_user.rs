//! CreateUser: makes a user.

use super::faults::of_user;
use super::given::{GivenArn, GivenTags};
use super::user::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::{Key, PERMISSIONS_BOUNDARY, Resource};
use broker::iam::users::{self, NewUser};
use domain::arn::PolicyArn;
use domain::iam::path::Path;
use domain::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct CreateUser;

/// The user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
    path: Option<Path>,
    permissions_boundary: Option<GivenArn>,
    #[serde(default)]
    tags: GivenTags,
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
        let mut permission = input.permission("iam:CreateUser")?;
        if let Some(boundary) = &input.permissions_boundary {
            permission.keys.push(Key::new(PERMISSIONS_BOUNDARY, boundary.boundary()?.to_string()));
        }
        Ok(permission)
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let boundary = input.permissions_boundary.as_ref().map(GivenArn::boundary).transpose()?.cloned();
        call.notes.parameter("permissionsBoundary", boundary.as_ref().map(PolicyArn::to_string));
        let tags = input.tags.tags()?.clone();
        if !tags.is_empty() {
            by.must_also(app, call, input.permission("iam:TagUser")?).await?;
        }
        let new = NewUser { path: input.path(), name: input.user_name, boundary, tags };
        let creating = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            users::create(records, &new, call.now, entropy)
        });
        let user = creating.await?.map_err(of_user)?;
        Ok(Reply::of(Output { user: Shown::of(user, &app.house.account.id) }))
    }
}

impl Input {
    fn path(&self) -> Path {
        self.path.clone().unwrap_or_else(Path::root)
    }

    /// To do this to the user who is to be made.
    fn permission(&self, action: &'static str) -> Result<Permission, Fault> {
        let resource = Resource::NewUser(self.path(), self.user_name.clone());
        Ok(Permission { action, resource, keys: Key::of_tags(self.tags.tags()?) })
    }
}
