//! Credentials for an identity: the enhanced flow of identity pools.

use crate::House;
use crate::iam::assume::{Grant, WebIdentity, assume_with_web_identity};
use crate::identity_pool::claim::{Claimed, claim};
use crate::identity_pool::linking::Change;
use crate::identity_pool::open_id::{Vouched, vouched};
use crate::identity_pool::{Refusal, scope_down};
use domain::iam::session::{Federation, Origin};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::{AuthState, LoginKey};
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Merges, Roles, Stop, UserPools, refuse};
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;
use login::identity_pool::VerifiedIdentity;

/// The name of identity pools as a federated principal.
pub const PRINCIPAL: &str = "cognito-identity.amazonaws.com";

/// The name of every session of the enhanced flow.
const SESSION_NAME: &str = "CognitoIdentityCredentials";

/// Credentials of the enhanced flow live exactly this long.
const LIFE: Span = Span::from_hours(1);

/// Grants a session of the pool's role to an identity that was proven, or to a guest; and tells what became of it and
/// others meanwhile.
pub fn for_identity(
    records: &mut (impl IdentityPools + Merges + UserPools + Roles),
    house: &House,
    id: &IdentityId,
    proven: &[VerifiedLogin],
    now: Timestamp,
) -> Result<(Grant, Change), Stop<Refusal>> {
    let claimed = claim(records, id, proven, now)?;
    let federation = federation_of(&claimed);
    let Claimed { pool, identity, state, shown, change } = claimed;
    let origin = Origin { identity: identity.id, pool: pool.id.clone(), logins: shown };
    let grant = grant(records, house, (&pool, state), (federation, origin), now)?;
    Ok((grant, change))
}

/// Grants a session of the pool's role to an identity that a token of its pool vouches for.
pub fn for_token(
    records: &mut (impl IdentityPools + Roles),
    house: &House,
    id: &IdentityId,
    token: &VerifiedIdentity,
    now: Timestamp,
) -> Result<Grant, Stop<Refusal>> {
    let Vouched { identity, pool, state, federation, origin } = vouched(records, token, now)?;
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

/// What the pool vouches for: the claims of its OpenID token.
pub(super) fn federation_of(claimed: &Claimed) -> Federation {
    let Claimed { pool, identity, state, shown, .. } = claimed;
    let logins = shown.iter().flat_map(LoginKey::amr);
    Federation {
        provider: PRINCIPAL.to_owned(),
        aud: pool.id.to_string(),
        sub: identity.id.to_string(),
        amr: std::iter::once(state.amr().to_owned()).chain(logins).collect(),
    }
}
