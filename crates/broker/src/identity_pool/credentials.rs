//! Credentials for an identity: the enhanced flow of identity pools.

use crate::House;
use crate::iam::assume::{Grant, WebIdentity, assume_with_web_identity};
use crate::identity_pool::open_id::{Vouched, vouched};
use crate::identity_pool::{Refusal, identities, scope_down, users};
use domain::iam::session::{Federation, Origin};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Roles, Stop, UserPools, refuse};
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;
use login::identity_pool::VerifiedIdentity;

/// The name of identity pools as a federated principal.
pub const PRINCIPAL: &str = "cognito-identity.amazonaws.com";

/// The name of every session of the enhanced flow.
const SESSION_NAME: &str = "CognitoIdentityCredentials";

/// Credentials of the enhanced flow live exactly this long.
const LIFE: Span = Span::from_hours(1);

/// Grants a session of the pool's role to an identity that was proven, or to a guest.
pub fn for_identity(
    records: &mut (impl IdentityPools + UserPools + Roles),
    house: &House,
    id: &IdentityId,
    proven: &[VerifiedLogin],
    now: Timestamp,
) -> Result<Grant, Stop<Refusal>> {
    let (identity, pool) = claim(records, id, proven)?;
    let federation = federation_of(&identity, proven);
    let origin = Origin {
        identity: identity.id.clone(),
        pool: pool.id.clone(),
        logins: proven.iter().map(|login| login.key().clone()).collect(),
    };
    grant(records, house, (&pool, identity.state()), (federation, origin), now)
}

/// Grants a session of the pool's role to an identity that a token of its pool vouches for.
pub fn for_token(
    records: &mut (impl IdentityPools + Roles),
    house: &House,
    id: &IdentityId,
    token: &VerifiedIdentity,
    now: Timestamp,
) -> Result<Grant, Stop<Refusal>> {
    let Vouched { identity, pool, state, federation, origin } = vouched(records, token)?;
    if identity.id != *id {
        return refuse(Refusal::Forbidden(id.clone()));
    }
    grant(records, house, (&pool, state), (federation, origin), now)
}

/// Grants a session as all of the enhanced flow are.
fn grant(
    records: &mut impl Roles,
    house: &House,
    (pool, state): (&IdentityPool, AuthState),
    (federation, origin): (Federation, Origin),
    now: Timestamp,
) -> Result<Grant, Stop<Refusal>> {
    let Some(role) = pool.roles.for_state(state) else {
        return refuse(Refusal::NoRole);
    };
    let policies = match state {
        AuthState::Guest => Some(scope_down::of(house, pool).policies),
        AuthState::Authenticated => None,
    };
    let asked = WebIdentity { role, federation, session_name: SESSION_NAME, life: LIFE, policies, origin };
    assume_with_web_identity(records, house, asked, now).map_err(|stop| match stop {
        Stop::Refused(refused) => Stop::Refused(Refusal::Role(refused)),
        Stop::Unready(unready) => Stop::Unready(unready),
    })
}

/// The identity, for somebody who proved it or who is its guest, and its pool.
pub(super) fn claim(
    records: &mut (impl IdentityPools + UserPools),
    id: &IdentityId,
    proven: &[VerifiedLogin],
) -> Result<(Identity, IdentityPool), Stop<Refusal>> {
    let (identity, pool) = identities::find(records, id)?;
    if proven.is_empty() && !pool.welcomes_guests {
        return refuse(Refusal::GuestsUnwelcome);
    }
    users::must_be_there(records, &pool, proven)?;
    let proves = |login: &VerifiedLogin| login.is_proven_to(&pool.id);
    if !proven.iter().all(proves) || !identity.is_proven_by(proven.iter().map(VerifiedLogin::key)) {
        return refuse(Refusal::Forbidden(id.clone()));
    }
    Ok((identity, pool))
}

/// What the pool vouches for: the claims of its OpenID token.
pub(super) fn federation_of(identity: &Identity, proven: &[VerifiedLogin]) -> Federation {
    let logins = proven.iter().flat_map(|login| login.key().amr());
    let amr = std::iter::once(identity.state().amr().to_owned()).chain(logins).collect();
    Federation {
        provider: PRINCIPAL.to_owned(),
        aud: identity.pool.to_string(),
        sub: identity.id.to_string(),
        amr,
    }
}
