//! DeleteUserPool: deletes a pool with its clients and users.

use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::removal;
use broker::user_pool::pools;
use domain::user_pool::pool::UserPoolId;
use serde::Deserialize;

/// The operation.
pub struct DeleteUserPool;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
}

impl Operation for DeleteUserPool {
    const NAME: &'static str = "DeleteUserPool";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:DeleteUserPool", &input.user_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            pools::delete(records, &app.house, &input.user_pool_id, call.now)
        });
        deleting.await?.map_err(fault_of)?;
        removal::start(app, |records| pools::remove_left(records));
        Ok(Reply::of(()))
    }
}
