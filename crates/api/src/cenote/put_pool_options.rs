//! PutPoolOptions: tells a pool what ids its new identities get, and what those of disabled ones are good for.

use super::options::{Disabled, New};
use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::options;
use domain::identity_pool::pool::IdentityPoolId;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The operation.
pub struct PutPoolOptions;

/// Which pool, and what it shall do.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    new_identity_ids: New,
    disabled_identity_ids: Disabled,
}

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for PutPoolOptions {
    const NAME: &'static str = "PutPoolOptions";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:PutPoolOptions", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { identity_pool_id: pool, new_identity_ids: new, disabled_identity_ids: disabled } = input;
        call.notes.parameter("identityPoolId", pool.as_str());
        call.notes.parameter("newIdentityIds", json!(new));
        call.notes.parameter("disabledIdentityIds", json!(disabled));
        let putting = app.store.transact(app.entropy.as_ref(), |records, _| {
            options::put(records, &pool, new.into(), disabled.into())
        });
        putting.await?.map_err(fault_of)?;
        Ok(Reply::of(Output {}))
    }
}
