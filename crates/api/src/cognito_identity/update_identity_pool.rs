//! UpdateIdentityPool: replaces the settings of a pool.

use super::pool::Shown;
use super::settings::Settings;
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::pools;

/// The operation.
pub struct UpdateIdentityPool;

impl Operation for UpdateIdentityPool {
    const NAME: &'static str = "UpdateIdentityPool";
    const CATEGORY: Category = Category::Management;
    type Input = Settings;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Settings) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-identity:UpdateIdentityPool", input.changed()?))
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        _: SignedBy,
        input: Settings,
    ) -> Result<Reply<Shown>, Fault> {
        let region = &app.house.account.region;
        let id = input.changed()?.clone();
        let asked = input.pool(id, region, call.now)?;
        let updating = app.store.transact(app.entropy.as_ref(), |records, _| pools::update(records, &asked));
        let pool = updating.await?.map_err(fault_of)?;
        Ok(Reply::of(Shown::of(pool, region)))
    }
}
