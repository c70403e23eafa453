//! The keys that sign the tokens of identities: made when somebody first asks for a token or for the keys, so that a
//! server whose identity pools issue none has none.

use crate::app::App;
use broker::iam::revocations::revoked_before;
use broker::identity_pool::token_keys;
use domain::entropy::Entropy;
use domain::identity_pool::token_keys::{TokenKey, TokenKeys};
use domain::records::{Breakdown, Read, Stop};
use domain::signing::SigningKey;
use std::convert::Infallible;
use std::sync::Arc;
use store::records::Records;

/// The keys. One caller makes them if there are none; others who ask meanwhile wait for it.
pub(crate) async fn get(app: &App) -> Result<TokenKeys, Breakdown> {
    if let Some(keys) = find(app).await? {
        return Ok(keys);
    }
    let mut made = app.key_making.of_identity_tokens.lock().await;
    if let Some(keys) = find(app).await? {
        return Ok(keys);
    }
    let first = match made.take() {
        Some(first) => first,
        None => make(app).await?,
    };
    let first = &*made.insert(first);
    let begun = change(app, |records| token_keys::begin(records, first)).await?;
    *made = None;
    Ok(begun)
}

/// Gives the keys a new one that signs, and tells its name.
pub async fn rotate(app: &App) -> Result<String, Breakdown> {
    let next = make(app).await?;
    let now = app.clock.now();
    change(app, |records| token_keys::rotate(records, &next, now)).await?;
    tracing::info!(kid = next.kid(), "the tokens of identities have a new key");
    Ok(next.kid().to_owned())
}

/// Gives the keys a new one if there are some and the one that signs has signed long enough.
pub async fn rotate_if_due(app: &App) -> Result<(), Breakdown> {
    if find(app).await?.is_some_and(|keys| keys.is_due(app.clock.now())) {
        rotate(app).await?;
    }
    Ok(())
}

/// The key that signs, opened.
pub(super) fn signer(app: &App, keys: &TokenKeys) -> Result<Arc<SigningKey>, Breakdown> {
    app.signers.open(keys.current.kid(), || keys.current.open(&app.secrets.sealing))
}

async fn find(app: &App) -> Result<Option<TokenKeys>, Breakdown> {
    app.read(|records| token_keys::find(records)).await
}

async fn make(app: &App) -> Result<TokenKey, Breakdown> {
    // Made in the second in which everything was revoked it would else count as revoked.
    let now = app.clock.now().max(app.read(|records| revoked_before(records, &[])).await?);
    app.key_making.token_key(&app.secrets.sealing, now, app.entropy.as_ref()).await
}

async fn change<T: Send>(
    app: &App,
    work: impl Fn(&mut Records<'_>) -> Read<T> + Send,
) -> Result<T, Breakdown> {
    let changing =
        move |records: &mut Records<'_>, _: &dyn Entropy| work(records).map_err(Stop::<Infallible>::from);
    let Ok(changed) = app.store.transact(app.entropy.as_ref(), changing).await?;
    Ok(changed)
}
