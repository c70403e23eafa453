//! Proving the logins that somebody shows, before the transaction that trusts them.

use super::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::Call;
use broker::identity_pool::credentials::PRINCIPAL;
use broker::identity_pool::issuers::{Asked, expected};
use broker::identity_pool::{Refusal, identities, token_keys};
use domain::identity_pool::identity::IdentityId;
use login::identity_pool::VerifiedIdentity;
use login::{VerifiedLogin, identity_pool, user_pool};
use std::collections::BTreeMap;

/// Tokens by the name of their provider.
pub(super) type Logins = BTreeMap<String, String>;

/// Proves every login shown; one that proves nothing fails the whole call.
pub(super) async fn prove(
    app: &App,
    call: &mut Call<'_>,
    asked: Asked,
    logins: &Logins,
) -> Result<Vec<VerifiedLogin>, Fault> {
    let keys: Vec<&str> = logins.keys().map(String::as_str).collect();
    call.notes.parameter("logins", keys.clone());
    let asking =
        app.store.transact(app.entropy.as_ref(), |records, _| expected(records, &app.house, &asked, &keys));
    let expected = asking.await?.map_err(fault_of)?;
    call.notes.detail("identityPoolId", expected.pool.id.as_str());
    let proving =
        expected.issuers.iter().zip(logins.values()).map(|(issuer, token)| {
            user_pool::verify(token, issuer, &expected.pool, &app.house.seen, call.now)
        });
    let proven: Vec<VerifiedLogin> =
        proving.collect::<Result<_, _>>().map_err(|refused| fault_of(Refusal::Login(refused)))?;
    call.notes.logins(&proven);
    Ok(proven)
}

/// A refusal of somebody who showed these logins: where there were none, that is why they proved nobody.
pub(super) fn with(logins: &Logins, fault: Fault) -> Fault {
    if logins.is_empty() { fault.where_nothing_was_shown() } else { fault }
}

/// Proves the token of an identity pool that is shown for an identity in the place of logins, if one is. As with logins, the
/// identity is looked for first.
pub(super) async fn prove_own_token(
    app: &App,
    call: &mut Call<'_>,
    id: &IdentityId,
    logins: &Logins,
) -> Result<Option<VerifiedIdentity>, Fault> {
    let Some(token) = logins.get(PRINCIPAL) else { return Ok(None) };
    call.notes.parameter("logins", logins.keys().cloned().collect::<Vec<_>>());
    if logins.len() > 1 {
        return Err(fault_of(Refusal::OwnTokenAndLogin));
    }
    let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
        identities::find(records, id)?;
        Ok(token_keys::issuer(records, &app.house, call.now)?)
    });
    let issuer = finding.await?.map_err(fault_of)?;
    let verified = identity_pool::verify(token, &issuer, &app.house.seen, call.now)
        .map_err(|refused| fault_of(Refusal::OwnToken(refused)))?;
    call.notes.vouched(&verified);
    Ok(Some(verified))
}
