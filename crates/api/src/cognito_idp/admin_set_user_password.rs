//! AdminSetUserPassword: gives a user a password, for good or until they change it.

use super::{fault_of, on_pool, passwords};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::user_pool::{pools, users};
use domain::user_pool::pool::UserPoolId;
use domain::user_pool::user::{UserStatus, Username};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct AdminSetUserPassword;

/// Whose password, and which.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
    username: Username,
    password: String,
    #[serde(default)]
    permanent: bool,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

impl Operation for AdminSetUserPassword {
    const NAME: &'static str = "AdminSetUserPassword";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:AdminSetUserPassword", &input.user_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { user_pool_id: pool, username, password, permanent } = input;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::find(records, &pool, &username)?;
            pools::find(records, &pool)
        });
        let policy = finding.await?.map_err(fault_of)?.policy;
        call.notes.parameter("username", username.as_str());
        call.notes.parameter("permanent", permanent);
        let password = passwords::hash(app, &policy, &username, password).await?;
        let status = if permanent { UserStatus::Confirmed } else { UserStatus::ForceChangePassword };
        let setting = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::set_password(records, &app.house, (&pool, &username), (&password, status), call.now)
        });
        setting.await?.map_err(fault_of)?;
        Ok(Reply::of(Output {}))
    }
}
