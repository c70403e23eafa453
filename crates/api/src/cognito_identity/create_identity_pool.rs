//! CreateIdentityPool: makes a pool, which has no roles yet. Whoever gives it tags must be allowed to tag it as well.

use super::pool::Shown;
use super::settings::Settings;
use super::{fault_of, tagging};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::{Key, Resource};
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

    fn permission(input: &Settings) -> Result<Permission, Fault> {
        let keys = input.tags().map(Key::of_tags).unwrap_or_default();
        Ok(Permission { action: "cognito-identity:CreateIdentityPool", resource: Resource::All, keys })
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        by: SignedBy,
        input: Settings,
    ) -> Result<Reply<Shown>, Fault> {
        input.note(&mut call.notes);
        let account = &app.house.account;
        let id = IdentityPoolId::draw(account, app.entropy.as_ref());
        let pool = input.pool(id, &account.region, call.now)?;
        if !pool.tags.is_empty() {
            by.must_also(app, call, tagging(&pool.id, &pool.tags)).await?;
        }
        let creating =
            app.store.transact(app.entropy.as_ref(), |records, _| pools::create(records, &app.house, &pool));
        creating.await?.map_err(fault_of)?;
        call.notes.element("identityPoolId", pool.id.as_str());
        Ok(Reply::of(Shown::of(pool, &account.region)))
    }
}
