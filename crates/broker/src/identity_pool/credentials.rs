//! Credentials for an identity: the enhanced flow of identity pools.

use crate::House;
use crate::iam::assume::{Grant, WebIdentity, assume_with_web_identity};
use crate::identity_pool::{Refusal, identities, scope_down, users};
use domain::iam::session::{Federation, Origin};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::AuthState;
use domain::records::{IdentityPools, Roles, Stop, UserPools, refuse};
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;

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
    let (identity, pool) = identities::find(records, id)?;
    if proven.is_empty() && !pool.welcomes_guests {
        return refuse(Refusal::GuestsUnwelcome);
    }
    users::must_be_there(records, &pool, proven)?;
    let proves = |login: &VerifiedLogin| login.is_proven_to(&pool.id);
    if !proven.iter().all(proves) || !identity.is_proven_by(proven.iter().map(VerifiedLogin::key)) {
        return refuse(Refusal::Forbidden(id.clone()));
    }
    let Some(role) = pool.roles.for_state(identity.state()) else {
        return refuse(Refusal::NoRole);
    };
    let asked = WebIdentity {
        role,
        federation: federation_of(&identity, proven),
        session_name: SESSION_NAME,
        life: LIFE,
        policies: match identity.state() {
            AuthState::Guest => Some(scope_down::of(house, &pool).policies),
            AuthState::Authenticated => None,
        },
        origin: Origin {
            identity: identity.id.clone(),
            pool: pool.id.clone(),
            logins: proven.iter().map(|login| login.key().clone()).collect(),
        },
    };
    assume_with_web_identity(records, house, asked, now).map_err(|stop| match stop {
        Stop::Refused(refused) => Stop::Refused(Refusal::Role(refused)),
        Stop::Unready(unready) => Stop::Unready(unready),
    })
}

/// What the pool vouches for: the claims of the OpenID token that AWS would make at this point.
fn federation_of(identity: &Identity, proven: &[VerifiedLogin]) -> Federation {
    let amr = match identity.state() {
        AuthState::Guest => vec!["unauthenticated".to_owned()],
        AuthState::Authenticated => {
            let logins = proven.iter().flat_map(|login| login.key().amr());
            std::iter::once("authenticated".to_owned()).chain(logins).collect()
        }
    };
    Federation {
        provider: PRINCIPAL.to_owned(),
        aud: identity.pool.to_string(),
        sub: identity.id.to_string(),
        amr,
    }
}
