//! The id that a new identity gets.

use crate::House;
use domain::entropy::Entropy;
use domain::identity_pool::derivation::Derivation;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::options::NewIds;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Read};

/// The id of an identity that is made for these logins: one that nobody has and that nobody had.
///
/// Where the pool derives ids, it follows from the login whose provider's name sorts first, and from how often one was derived from that.
pub fn new_id(
    records: &mut impl IdentityPools,
    house: &House,
    pool: &IdentityPool,
    shown: &[LoginKey],
    entropy: &dyn Entropy,
) -> Read<IdentityId> {
    let first = shown.iter().min_by_key(|login| (&login.provider, &login.subject));
    match (pool.options.new_ids, first) {
        (NewIds::Drawn, _) | (NewIds::Derived, None) => Ok(IdentityId::draw(&house.account, entropy)),
        (NewIds::Derived, Some(login)) => derived(records, house, pool, login),
    }
}

fn derived(
    records: &mut impl IdentityPools,
    house: &House,
    pool: &IdentityPool,
    login: &LoginKey,
) -> Read<IdentityId> {
    let known = records.derivation(&pool.id, login)?;
    let mut next = known.unwrap_or_else(|| Derivation { login: login.clone(), generation: 0 });
    loop {
        let id = IdentityId::derive(&house.account.region, &pool.id, &next);
        next.generation = next.generation.saturating_add(1);
        // An id may be taken although it was never derived here: identities can be brought along from elsewhere.
        if records.identity(&id)?.is_none() {
            records.put_derivation(&pool.id, &next);
            return Ok(id);
        }
    }
}
