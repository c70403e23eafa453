//! GetCallerIdentity: who signed this? It needs no permission, and no policy can deny it.

use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Identified, Operation, Reply};
use broker::iam::authenticate::Caller;
use domain::account::AccountId;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetCallerIdentity;

/// Nothing is asked.
#[derive(Deserialize)]
pub struct Input {}

/// The caller.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_id: String,
    account: AccountId,
    arn: String,
}

impl Operation for GetCallerIdentity {
    const NAME: &'static str = "GetCallerIdentity";
    type Input = Input;
    type Output = Output;
    type Access = Identified;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(app: &App, _: &mut Call<'_>, caller: Caller, _: Input) -> Result<Reply<Output>, Fault> {
        let account = app.house.account.id.clone();
        let user_id = caller.user_id(&account);
        Ok(Reply::of(Output { user_id, arn: caller.arn(&account), account }))
    }
}
