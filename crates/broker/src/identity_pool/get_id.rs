//! Finding or making the identity of somebody.

use crate::House;
use crate::identity_pool::claim::keys_proven_to;
use crate::identity_pool::linking::{self, Change, Met};
use crate::identity_pool::new_id::new_id;
use crate::identity_pool::{Refusal, pools, users};
use domain::entropy::Entropy;
use domain::identity_pool::login::{AuthState, LoginKey};
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{IdentityPools, Merges, Revocations, Stop, UserPools};
use domain::time::Timestamp;
use login::VerifiedLogin;

/// The identity that holds the logins proven, made if there is none; without a login, a new guest each time.
pub fn get_id(
    records: &mut (impl IdentityPools + Merges + UserPools + Revocations),
    house: &House,
    (pool, proven): (&IdentityPoolId, &[VerifiedLogin]),
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Met, Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    pools::must_welcome(&pool, AuthState::by(proven))?;
    let shown = keys_proven_to(&pool, proven)?;
    users::must_be_there(records, &pool, proven)?;
    find_or_begin(records, house, (&pool, &shown), now, entropy)
}

/// The identity that holds the logins shown, made if there is none.
pub(super) fn find_or_begin(
    records: &mut (impl IdentityPools + Merges + Revocations),
    house: &House,
    (pool, shown): (&IdentityPool, &[LoginKey]),
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Met, Stop<Refusal>> {
    if let Some(met) = linking::find(records, pool, shown, now)? {
        return Ok(met);
    }
    let id = new_id(records, house, pool, shown, entropy)?;
    let identity = linking::begin(records, pool, id, shown, now)?;
    // One login alone is linked to nothing.
    let linked = if identity.logins.len() > 1 { identity.logins.clone() } else { Vec::new() };
    Ok(Met { identity, change: Change { linked, ..Change::default() } })
}
