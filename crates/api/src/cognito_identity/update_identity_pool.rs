//! UpdateIdentityPool: replaces the settings of a pool, its tags only if they are said. Whoever changes them must be
//! allowed to tag and untag it as well.

use super::pool::Shown;
use super::settings::Settings;
use super::{fault_of, on_pool, tagging, untagging};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Denied, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::identity_pool::pools;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Read};
use domain::tag::Tags;
use store::records::Records;

/// The operation.
pub struct UpdateIdentityPool;

impl Operation for UpdateIdentityPool {
    const NAME: &'static str = "UpdateIdentityPool";
    const CATEGORY: Category = Category::Management;
    type Input = Settings;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Settings) -> Result<Permission, Fault> {
        let keys = input.tags().map(Key::of_tags).unwrap_or_default();
        Ok(Permission { keys, ..on_pool("cognito-identity:UpdateIdentityPool", input.changed()?) })
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        by: SignedBy,
        input: Settings,
    ) -> Result<Reply<Shown>, Fault> {
        input.note(&mut call.notes);
        let region = &app.house.account.region;
        let (id, tags) = (input.changed()?.clone(), input.tags().cloned());
        let asked = input.pool(id, region, call.now)?;
        let now: &Call<'_> = call;
        let updating = app.store.transact(app.entropy.as_ref(), |records, _| {
            let denied = match &tags {
                Some(tags) => retagging_denied(records, (app, now, &by), &asked, tags)?,
                None => None,
            };
            match denied {
                Some(denied) => Ok(Err(denied)),
                None => pools::update(records, &app.house, &asked, tags.as_ref()).map(Ok),
            }
        });
        match updating.await?.map_err(fault_of)? {
            Ok(pool) => Ok(Reply::of(Shown::of(pool, region))),
            Err(denied) => Err(denied.told(call)),
        }
    }
}

/// The first change of the pool's tags that the caller may not make.
fn retagging_denied(
    records: &mut Records<'_>,
    (app, call, by): (&App, &Call<'_>, &SignedBy),
    IdentityPool { id, .. }: &IdentityPool,
    tags: &Tags,
) -> Read<Option<Denied>> {
    let old = records.identity_pool(id)?.map(|pool| pool.tags).unwrap_or_default();
    let (added, removed) = (tags.beyond(&old), old.keys_beyond(tags));
    let adding = (!added.is_empty()).then(|| tagging(id, &added));
    let removing = (!removed.is_empty()).then(|| untagging(id, &removed));
    for permission in adding.into_iter().chain(removing) {
        if let Some(denied) = by.denied_also(records, (app, call), &permission)? {
            return Ok(Some(denied));
        }
    }
    Ok(None)
}
