//! Removing what deleted pools held: after the answer, in transactions of bounded size.

use crate::app::App;
use broker::identity_pool::identities;
use broker::user_pool::pools;
use domain::entropy::Entropy;
use domain::records::{Breakdown, IdentityPools, Read, Stop};
use std::convert::Infallible;
use store::Store;
use store::records::Records;

/// How many deleted pools are looked up at a time.
const POOLS: usize = 100;

/// Takes step after step while other requests are served; a step removes a batch and says whether that was all there was
/// to do. If it breaks off, [`finish`] goes on at the next start.
pub(crate) fn start(app: &App, step: impl Fn(&mut Records<'_>) -> Read<bool> + Send + Sync + 'static) {
    let (store, entropy) = (app.store.clone(), app.entropy.clone());
    tokio::spawn(async move {
        if let Err(breakdown) = take_all(&store, entropy.as_ref(), step).await {
            tracing::warn!(%breakdown, "what a deleted pool held could not be removed");
        }
    });
}

/// Removes what every deleted pool held.
///
/// # Errors
/// A breakdown of the store.
pub async fn finish(app: &App) -> Result<(), Breakdown> {
    let (store, entropy) = (&app.store, app.entropy.as_ref());
    loop {
        let deleted = app.read(|records| records.deleted_identity_pools(POOLS)).await?;
        for pool in &deleted {
            take_all(store, entropy, |records| identities::remove_left(records, pool)).await?;
        }
        if deleted.len() < POOLS {
            break;
        }
    }
    take_all(store, entropy, |records| pools::remove_left(records)).await
}

async fn take_all(
    store: &Store,
    entropy: &dyn Entropy,
    step: impl Fn(&mut Records<'_>) -> Read<bool> + Send + Sync,
) -> Result<(), Breakdown> {
    loop {
        let removing = store.transact(entropy, |records, _| step(records).map_err(Stop::<Infallible>::from));
        let Ok(is_all) = removing.await?;
        if is_all {
            return Ok(());
        }
    }
}
