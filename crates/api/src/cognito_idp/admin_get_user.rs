//! AdminGetUser: a user with their attributes.

use super::user::{self, Attribute};
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::user_pool::users;
use domain::time::Timestamp;
use domain::user_pool::pool::UserPoolId;
use domain::user_pool::user::{UserStatus, Username};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct AdminGetUser;

/// Which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
    username: Username,
}

/// The user.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    username: Username,
    user_attributes: Vec<Attribute>,
    user_create_date: Timestamp,
    user_last_modified_date: Timestamp,
    enabled: bool,
    user_status: UserStatus,
}

impl Operation for AdminGetUser {
    const NAME: &'static str = "AdminGetUser";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:AdminGetUser", &input.user_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::find(records, &input.user_pool_id, &input.username)
        });
        let user = finding.await?.map_err(fault_of)?;
        call.notes.parameter("username", user.username.as_str());
        Ok(Reply::of(Output {
            user_attributes: user::shown(&user),
            username: user.username,
            user_create_date: user.created,
            user_last_modified_date: user.modified,
            enabled: user.is_enabled,
            user_status: user.status,
        }))
    }
}
