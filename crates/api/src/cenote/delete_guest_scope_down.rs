//! DeleteGuestScopeDown: holds the guests of a pool to the server's scope-down again.

use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::scope_down;
use domain::identity_pool::pool::IdentityPoolId;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct DeleteGuestScopeDown;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
}

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for DeleteGuestScopeDown {
    const NAME: &'static str = "DeleteGuestScopeDown";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:DeleteGuestScopeDown", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let pool = input.identity_pool_id;
        call.notes.parameter("identityPoolId", pool.as_str());
        let deleting =
            app.store.transact(app.entropy.as_ref(), |records, _| scope_down::put(records, &pool, None));
        deleting.await?.map_err(fault_of)?;
        Ok(Reply::of(Output {}))
    }
}
