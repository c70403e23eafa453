//! Taking logins from an identity, by whoever proves it.

use crate::House;
use crate::identity_pool::claim::keys_proven_to;
use crate::identity_pool::{Refusal, identities, linking, pools, users};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::{AuthState, LoginKey};
use domain::records::{IdentityPools, Revocations, Stop, UserPools, refuse};
use domain::time::Timestamp;
use login::VerifiedLogin;

/// Takes the logins of these providers from an identity, which all logins shown must prove: nothing is linked or merged on
/// the way. Gives those that were taken.
pub fn unlink(
    records: &mut (impl IdentityPools + UserPools + Revocations),
    house: &House,
    (id, proven): (&IdentityId, &[VerifiedLogin]),
    providers: &[String],
    now: Timestamp,
) -> Result<Vec<LoginKey>, Stop<Refusal>> {
    let (identity, pool) = identities::find(records, id)?;
    pools::must_welcome(&pool, AuthState::by(proven))?;
    let shown = keys_proven_to(&pool, proven)?;
    users::must_be_there(records, &pool, proven)?;
    if shown.is_empty() || !shown.iter().all(|login| identity.holds(login)) {
        return refuse(Refusal::Forbidden(identity.id));
    }
    let mut named = Vec::with_capacity(providers.len());
    for provider in providers {
        if pool.is_developer_provider(provider) {
            return refuse(Refusal::DeveloperProvider(provider.clone()));
        }
        let name = house.provider_name(provider);
        if !identity.logins.iter().any(|login| login.provider == name) {
            return refuse(Refusal::NotLinked(provider.clone()));
        }
        named.push(name);
    }
    linking::unlink(records, identity, |login| named.contains(&login.provider), now)
}
