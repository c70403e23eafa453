//! GetUser: a user; without a name the one who asks.

use super::faults::of_user;
use super::user::{Shown, name_of, named, on_own_or};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::users;
use domain::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetUser;

/// Which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<UserName>,
}

/// The user.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user: Shown,
}

impl Operation for GetUser {
    const NAME: &'static str = "GetUser";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_own_or("iam:GetUser", input.user_name.as_ref()))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let name = name_of(input.user_name, &by)?;
        let finding = app
            .store
            .transact(app.entropy.as_ref(), |records, _| users::find(records, &app.house, named(&name, &by)));
        let user = finding.await?.map_err(of_user)?;
        Ok(Reply::of(Output { user: Shown::of(user, &app.house.account.id) }))
    }
}
