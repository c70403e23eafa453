//! The journal of merges: what became of whom.

use crate::identity_pool::{Refusal, pools};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::merge::Merge;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{IdentityPools, Merges, Read, Stop, refuse};

/// The identity that goes on in the place of this one, through however many merges; itself, if it was never merged into
/// another. Whether it is still there is another question.
pub fn current(records: &mut impl Merges, id: &IdentityId) -> Read<IdentityId> {
    let mut current = id.clone();
    while let Some(merge) = records.merge_of(&current)? {
        current = merge.survivor;
    }
    Ok(current)
}

/// The identity of a pool that goes on in the place of this one: itself, if it was never merged into another. Refused if it
/// is not there any more, or was never there.
pub fn resolve(
    records: &mut (impl IdentityPools + Merges),
    pool: &IdentityPoolId,
    id: &IdentityId,
) -> Result<Identity, Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    let current = current(records, id)?;
    match records.identity(&current)?.filter(|identity| identity.pool == pool.id) {
        Some(identity) => Ok(identity),
        None => refuse(Refusal::NoSuchIdentity(id.clone())),
    }
}

/// Merges of a pool in the order of time, from after that of an identity; one more than `limit` if there are more. Refused if
/// that identity was not merged into another of the pool.
pub fn list(
    records: &mut (impl IdentityPools + Merges),
    pool: &IdentityPoolId,
    after: Option<&IdentityId>,
    limit: usize,
) -> Result<Vec<Merge>, Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    let after = match after {
        Some(disabled) => match records.merge_of(disabled)?.filter(|merge| merge.pool == pool.id) {
            Some(merge) => Some(merge),
            None => return refuse(Refusal::NotMerged(disabled.clone())),
        },
        None => None,
    };
    Ok(records.merges(&pool.id, after.as_ref(), limit + 1)?)
}
