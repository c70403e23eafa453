//! Finding or making the identity of somebody.

use crate::House;
use crate::identity_pool::{Refusal, pools, users};
use domain::entropy::Entropy;
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{IdentityPools, Stop, UserPools, refuse};
use domain::time::Timestamp;
use login::VerifiedLogin;

/// The identity that holds the login proven, made if there is none; without a login, a new guest each time.
pub fn get_id(
    records: &mut (impl IdentityPools + UserPools),
    house: &House,
    (pool, proven): (&IdentityPoolId, &[VerifiedLogin]),
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<IdentityId, Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    if proven.is_empty() && !pool.welcomes_guests {
        return refuse(Refusal::GuestsUnwelcome);
    }
    if let Some(foreign) = proven.iter().find(|login| !login.is_proven_to(&pool.id)) {
        return refuse(Refusal::UnsupportedProvider(foreign.key().provider.clone()));
    }
    users::must_be_there(records, &pool, proven)?;
    for login in proven {
        if let Some(known) = records.identity_of(&pool.id, login.key())? {
            return Ok(known);
        }
    }
    let identity = Identity {
        id: IdentityId::draw(&house.account, entropy),
        pool: pool.id,
        logins: proven.iter().map(|login| login.key().clone()).collect(),
        created: now,
        modified: now,
    };
    records.add_identity(&identity);
    Ok(identity.id)
}
