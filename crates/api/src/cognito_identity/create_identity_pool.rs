//! CreateIdentityPool: makes a pool, which has no roles yet.

use super::fault_of;
use super::pool::Shown;
use super::settings::Settings;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access::Resource;
use broker::identity_pool::pools;
use domain::identity_pool::pool::IdentityPoolId;

/// The operation.
pub struct CreateIdentityPool;

impl Operation for CreateIdentityPool {
    const NAME: &'static str = "CreateIdentityPool";
    const CATEGORY: Category = Category::Management;
    type Input = Settings;
    type Output = Shown;
    type Access = Signed;

    fn permission(_: &Settings) -> Result<Permission, Fault> {
        let action = "cognito-identity:CreateIdentityPool";
        Ok(Permission { action, resource: Resource::All, keys: Vec::new() })
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        _: SignedBy,
        input: Settings,
    ) -> Result<Reply<Shown>, Fault> {
        let account = &app.house.account;
        let id = IdentityPoolId::draw(account, app.entropy.as_ref());
        let pool = input.pool(id, &account.region, call.now)?;
        let creating = app.store.transact(app.entropy.as_ref(), |records, _| pools::create(records, &pool));
        creating.await?.map_err(fault_of)?;
        call.notes.element("identityPoolId", pool.id.as_str());
        Ok(Reply::of(Shown::of(pool, &account.region)))
    }
}
