//! DescribeIdentityPool: a pool's settings.

use super::pool::Shown;
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::pools;
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct DescribeIdentityPool;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
}

impl Operation for DescribeIdentityPool {
    const NAME: &'static str = "DescribeIdentityPool";
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-identity:DescribeIdentityPool", &input.identity_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        let finding = app
            .store
            .transact(app.entropy.as_ref(), |records, _| pools::find(records, &input.identity_pool_id));
        let pool = finding.await?.map_err(fault_of)?;
        Ok(Reply::of(Shown::of(pool, &app.house.account.region)))
    }
}
