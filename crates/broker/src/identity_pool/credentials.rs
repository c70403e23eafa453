//! Credentials for an identity: the enhanced flow of identity pools.

use crate::House;
use crate::iam::assume::{Brought, Grant, WebIdentity, assume_with_web_identity};
use crate::iam::circumstances::Transport;
use crate::identity_pool::claim::{Claimed, claim};
use crate::identity_pool::linking::Change;
use crate::identity_pool::open_id::{Vouched, is_vouched_for, must_be_open, must_not_be_mapped, vouched};
use crate::identity_pool::{Refusal, principal_tags, scope_down};
use domain::iam::session::{Federation, FromIdentity};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::role_choice::{Chosen, ChosenBy, Mapped, NotChosen, choose};
use domain::records::{IamUsers, IdentityPools, Merges, Revocations, Roles, Stop, UserPools, refuse};
use domain::tag::Tags;
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;
use login::identity_pool::VerifiedIdentity;

/// The name of identity pools as a federated principal.
pub const PRINCIPAL: &str = "cognito-identity.amazonaws.com";

/// The name of every session of the enhanced flow.
pub(crate) const SESSION_NAME: &str = "CognitoIdentityCredentials";

/// Credentials of the enhanced flow live exactly this long.
const LIFE: Span = Span::from_hours(1);

/// Whose credentials are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The identity.
    pub identity: &'a IdentityId,
    /// The role that is wanted, where the caller says one.
    pub role: Option<&'a str>,
    /// How the way here of whoever asks was protected.
    pub transport: Transport,
}

/// A session that was granted to an identity.
#[derive(Debug)]
pub struct Granted {
    /// The session.
    pub grant: Grant,
    /// The identity, which may be another than was asked for.
    pub identity: IdentityId,
    /// What chose its role.
    pub chosen_by: ChosenBy,
    /// What became of the identity and others meanwhile.
    pub change: Change,
}

/// Grants a session of the role that is chosen for an identity that was proven, or for a guest.
pub fn for_identity(
    records: &mut (impl IdentityPools + Merges + UserPools + Roles + IamUsers + Revocations),
    house: &House,
    Asked { identity: id, role, transport }: Asked<'_>,
    proven: &[VerifiedLogin],
    now: Timestamp,
) -> Result<Granted, Stop<Refusal>> {
    let claimed = claim(records, id, proven, now)?;
    let federation = federation_of(&claimed);
    let origin = claimed.origin();
    let Claimed { pool, state, change, .. } = claimed;
    let tags = principal_tags::of(records, house, &pool, proven)?;
    let mapped: Vec<Mapped<'_>> =
        proven.iter().map(|login| Mapped { provider: login.mapped_as(), claims: login.claims() }).collect();
    let chosen = choose(&pool, state, &mapped, role);
    let granting = Granting { pool: &pool, state, chosen, federation, tags, origin, transport };
    let granted = grant(records, house, granting, now)?;
    Ok(Granted { change, ..granted })
}

/// Grants a session of the pool's own role to an identity that a token of its pool vouches for.
pub fn for_token(
    records: &mut (impl IdentityPools + UserPools + Roles + IamUsers + Revocations),
    house: &House,
    Asked { identity: id, role, transport }: Asked<'_>,
    token: &VerifiedIdentity,
    now: Timestamp,
) -> Result<Granted, Stop<Refusal>> {
    if token.identity() != id {
        return refuse(Refusal::Forbidden(id.clone()));
    }
    let Vouched { pool, state, shown, federation, tags, origin } = vouched(records, house, token, now)?;
    // Others have logins to show here. A token in their place is of the classic flow, and no way around what that refuses.
    if !is_vouched_for(&pool, &shown) {
        must_be_open(&pool)?;
        must_not_be_mapped(&pool, &shown)?;
    }
    let chosen = choose(&pool, state, &[], role);
    let granting = Granting { pool: &pool, state, chosen, federation, tags, origin, transport };
    grant(records, house, granting, now)
}

/// Who is to be granted a session, and of which role.
struct Granting<'a> {
    pool: &'a IdentityPool,
    state: AuthState,
    chosen: Result<Chosen, NotChosen>,
    federation: Federation,
    tags: Tags,
    origin: FromIdentity,
    transport: Transport,
}

/// Grants a session as all of the enhanced flow are.
fn grant(
    records: &mut (impl Roles + IamUsers + Revocations),
    house: &House,
    Granting { pool, state, chosen, federation, tags, origin, transport }: Granting<'_>,
    now: Timestamp,
) -> Result<Granted, Stop<Refusal>> {
    let Chosen { role, by: chosen_by } = match chosen {
        Ok(chosen) => chosen,
        Err(not_chosen) => return refuse(Refusal::NotChosen(not_chosen)),
    };
    let policies = match state {
        AuthState::Guest => Some(scope_down::of(house, pool).policies),
        AuthState::Authenticated => None,
    };
    let identity = origin.identity.clone();
    let asked = WebIdentity {
        role: &role,
        federation,
        session_name: SESSION_NAME,
        life: LIFE,
        tags,
        policies,
        origin,
        brought: Brought::ByPool(transport),
    };
    match assume_with_web_identity(records, house, asked, now) {
        Ok(grant) => Ok(Granted { grant, identity, chosen_by, change: Change::default() }),
        Err(Stop::Refused(refused)) => refuse(Refusal::Role(refused)),
        Err(Stop::Unready(unready)) => Err(unready.into()),
    }
}

/// What the pool vouches for: the claims of its OpenID token.
pub(super) fn federation_of(claimed: &Claimed) -> Federation {
    let Claimed { pool, identity, state, shown, .. } = claimed;
    let logins = shown.iter().flat_map(|login| login.amr(pool));
    Federation {
        provider: PRINCIPAL.to_owned(),
        aud: pool.id.to_string(),
        sub: identity.id.to_string(),
        amr: std::iter::once(state.amr().to_owned()).chain(logins).collect(),
    }
}
