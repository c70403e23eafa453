//! AdminCreateUser: makes a user with a temporary password. Nobody is written to: only SUPPRESS is served.

use super::user::{self, Attribute};
use super::{fault_of, on_pool, passwords};
use crate::app::App;
use crate::fault::{Common, Fault};
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::user_pool::pools;
use broker::user_pool::users::{self, NewUser};
use domain::time::Timestamp;
use domain::user_pool::password::PasswordHash;
use domain::user_pool::pool::UserPoolId;
use domain::user_pool::user::{User, UserStatus, Username};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct AdminCreateUser;

/// The user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
    username: Username,
    #[serde(default)]
    user_attributes: Vec<Attribute>,
    temporary_password: Option<String>,
    message_action: Option<String>,
    /// Says how to deliver a message, of which there is none.
    #[serde(rename = "DesiredDeliveryMediums")]
    _desired_delivery_mediums: Option<IgnoredAny>,
    /// Moves aliases, of which there are none.
    #[serde(rename = "ForceAliasCreation")]
    _force_alias_creation: Option<IgnoredAny>,
    /// Meant for triggers, of which there are none.
    #[serde(rename = "ValidationData")]
    _validation_data: Option<IgnoredAny>,
    /// Meant for triggers, of which there are none.
    #[serde(rename = "ClientMetadata")]
    _client_metadata: Option<IgnoredAny>,
}

/// The user as they were made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user: Shown,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    username: Username,
    attributes: Vec<Attribute>,
    user_create_date: Timestamp,
    user_last_modified_date: Timestamp,
    enabled: bool,
    user_status: UserStatus,
}

impl Operation for AdminCreateUser {
    const NAME: &'static str = "AdminCreateUser";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:AdminCreateUser", &input.user_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        if input.message_action.as_deref() != Some("SUPPRESS") {
            let message = "MessageAction must be SUPPRESS: sending invitations is not served yet";
            return Err(Common::BadMember(message.to_owned()).into());
        }
        let attributes = user::read(input.user_attributes)?;
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| pools::find(records, &input.user_pool_id));
        let policy = finding.await?.map_err(fault_of)?.policy;
        let password = match input.temporary_password {
            Some(password) => passwords::hash(app, &policy, &input.username, password).await?,
            // Nobody would be told the password that AWS draws here.
            None => PasswordHash::of_nobody(),
        };
        let new = NewUser {
            pool: input.user_pool_id,
            username: input.username,
            attributes,
            password,
            status: UserStatus::ForceChangePassword,
        };
        let creating = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            users::create(records, &new, call.now, entropy)
        });
        let user = creating.await?.map_err(fault_of)?;
        call.notes.parameter("username", user.username.as_str());
        call.notes.element("sub", user.sub.as_str());
        Ok(Reply::of(Output { user: Shown::of(user) }))
    }
}

impl Shown {
    fn of(user: User) -> Self {
        Self {
            attributes: user::shown(&user),
            username: user.username,
            user_create_date: user.created,
            user_last_modified_date: user.modified,
            enabled: user.is_enabled,
            user_status: user.status,
        }
    }
}
