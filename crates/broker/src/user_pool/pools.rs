//! Making, finding and deleting user pools.

use super::Refusal;
use crate::House;
use crate::iam::revocations::revoke;
use domain::iam::revocation::Revocable;
use domain::identity_pool::login::user_pool_provider_name;
use domain::records::{Read, Revocations, Stop, UserPools, refuse};
use domain::time::Timestamp;
use domain::user_pool::pool::{UserPool, UserPoolId};

/// How many records of a deleted pool are removed in one transaction.
pub const BATCH: usize = 250;

/// Makes a user pool.
pub fn create(records: &mut impl UserPools, pool: &UserPool) -> Result<(), Stop<Refusal>> {
    // What an earlier pool of this id held must not become this one's.
    if records.user_pool(&pool.id)?.is_some() || records.is_being_removed(&pool.id)? {
        return refuse(Refusal::PoolExists(pool.id.clone()));
    }
    records.put_user_pool(pool);
    Ok(())
}

/// Finds a user pool.
pub fn find(records: &mut impl UserPools, id: &UserPoolId) -> Result<UserPool, Stop<Refusal>> {
    match records.user_pool(id)? {
        Some(pool) => Ok(pool),
        None => refuse(Refusal::NoSuchPool(id.clone())),
    }
}

/// Pools in the order of their ids, from after one of them; one more than `limit` if there are more.
pub fn list(records: &mut impl UserPools, after: Option<&UserPoolId>, limit: usize) -> Read<Vec<UserPool>> {
    records.user_pools(after, limit + 1)
}

/// Deletes a user pool. From then on nothing that it held can be reached; [`remove_left`] removes it. What was issued to its
/// users is revoked, unless the pool is told otherwise.
pub fn delete(
    records: &mut (impl UserPools + Revocations),
    house: &House,
    id: &UserPoolId,
    now: Timestamp,
) -> Result<(), Stop<Refusal>> {
    let pool = find(records, id)?;
    records.delete_user_pool(id);
    if pool.keeps_credentials {
        return Ok(());
    }
    let provider = user_pool_provider_name(id, &house.account.region);
    Ok(revoke(records, [Revocable::Provider(provider)], now)?)
}

/// Removes some of what deleted pools held, and says whether that was all there was to do.
pub fn remove_left(records: &mut impl UserPools) -> Read<bool> {
    Ok(!records.remove_of_deleted_user_pools(BATCH)?)
}
