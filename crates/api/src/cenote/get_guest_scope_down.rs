//! GetGuestScopeDown: what the guests of a pool may do at most, whatever their role allows.

use super::scope_down::Shown;
use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::scope_down;
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct GetGuestScopeDown;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
}

impl Operation for GetGuestScopeDown {
    const NAME: &'static str = "GetGuestScopeDown";
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:GetGuestScopeDown", &input.identity_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            scope_down::find(records, &app.house, &input.identity_pool_id)
        });
        Ok(Reply::of(finding.await?.map_err(fault_of)?.into()))
    }
}
