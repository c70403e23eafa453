//! Removing what is remembered of the identities of deleted pools: after the answer, in transactions of bounded size.

use crate::app::App;
use broker::identity_pool::identities;
use domain::entropy::Entropy;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{Breakdown, IdentityPools, Stop};
use std::convert::Infallible;
use store::Store;

/// How many deleted pools are looked up at a time.
const POOLS: usize = 100;

/// Removes the identities of a deleted pool while other requests are served. If it breaks off, [`finish`] goes on at the
/// next start.
pub(super) fn start(app: &App, pool: IdentityPoolId) {
    let (store, entropy) = (app.store.clone(), app.entropy.clone());
    tokio::spawn(async move {
        if let Err(breakdown) = remove(&store, entropy.as_ref(), &pool).await {
            tracing::warn!(%breakdown, %pool, "the identities of a deleted pool could not be removed");
        }
    });
}

/// Removes the identities of every deleted pool, and says how many such pools there were.
///
/// # Errors
/// A breakdown of the store.
pub async fn finish(app: &App) -> Result<usize, Breakdown> {
    let mut finished = 0;
    loop {
        let pools = app.read(|records| records.deleted_identity_pools(POOLS)).await?;
        for pool in &pools {
            remove(&app.store, app.entropy.as_ref(), pool).await?;
        }
        finished += pools.len();
        if pools.len() < POOLS {
            return Ok(finished);
        }
    }
}

async fn remove(store: &Store, entropy: &dyn Entropy, pool: &IdentityPoolId) -> Result<(), Breakdown> {
    loop {
        let removing = store.transact(entropy, |records, _| {
            identities::remove_left(records, pool).map_err(Stop::<Infallible>::from)
        });
        let Ok(is_all) = removing.await?;
        if is_all {
            return Ok(());
        }
    }
}
