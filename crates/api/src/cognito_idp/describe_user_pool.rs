//! DescribeUserPool: a pool's settings.

use super::pool::Shown;
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::user_pool::pools;
use domain::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct DescribeUserPool;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
}

/// The pool.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_pool: Shown,
}

impl Operation for DescribeUserPool {
    const NAME: &'static str = "DescribeUserPool";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:DescribeUserPool", &input.user_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| pools::find(records, &input.user_pool_id));
        let pool = finding.await?.map_err(fault_of)?;
        Ok(Reply::of(Output { user_pool: Shown::of(pool, &app.house.account) }))
    }
}
