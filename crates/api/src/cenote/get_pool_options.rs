//! GetPoolOptions: what ids the new identities of a pool get, and what those of disabled ones are good for.

use super::options::Shown;
use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::pools;
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct GetPoolOptions;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
}

impl Operation for GetPoolOptions {
    const NAME: &'static str = "GetPoolOptions";
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:GetPoolOptions", &input.identity_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        let finding = app
            .store
            .transact(app.entropy.as_ref(), |records, _| pools::find(records, &input.identity_pool_id));
        Ok(Reply::of(finding.await?.map_err(fault_of)?.options.into()))
    }
}
