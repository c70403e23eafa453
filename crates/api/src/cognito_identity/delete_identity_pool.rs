//! DeleteIdentityPool: forgets a pool, and with it all its identities.

use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::removal;
use broker::identity_pool::{identities, pools};
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct DeleteIdentityPool;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
}

impl Operation for DeleteIdentityPool {
    const NAME: &'static str = "DeleteIdentityPool";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-identity:DeleteIdentityPool", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            pools::delete(records, &input.identity_pool_id, call.now)
        });
        deleting.await?.map_err(fault_of)?;
        removal::start(app, move |records| identities::remove_left(records, &input.identity_pool_id));
        Ok(Reply::of(()))
    }
}
