//! Finding, listing and deleting identities.

use crate::iam::revocations::revoke;
use crate::identity_pool::{Refusal, pools};
use domain::iam::revocation::{LONGEST_SESSION, Revocable};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{IdentityPools, Merges, Read, Revocations, Stop, refuse};
use domain::time::Timestamp;

/// How many identities, or merges, of a deleted pool are removed in one transaction.
pub const BATCH: usize = 250;

/// Finds an identity and its pool. An identity whose pool was deleted is gone with it.
pub fn find(
    records: &mut impl IdentityPools,
    id: &IdentityId,
) -> Result<(Identity, IdentityPool), Stop<Refusal>> {
    if let Some(identity) = records.identity(id)?
        && let Some(pool) = records.identity_pool(&identity.pool)?
    {
        return Ok((identity, pool));
    }
    refuse(Refusal::NoSuchIdentity(id.clone()))
}

/// Remembers that something is issued for an identity, where that is not known well enough already.
pub(super) fn remember_use(records: &mut impl IdentityPools, identity: &mut Identity, now: Timestamp) {
    if identity.note_use(now) {
        records.put_identity(identity);
    }
}

/// Identities of a pool in the order of their ids, from after one of them; one more than `limit` if there are more.
pub fn list(
    records: &mut impl IdentityPools,
    pool: &IdentityPoolId,
    after: Option<&IdentityId>,
    limit: usize,
) -> Result<Vec<Identity>, Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    Ok(records.identities(&pool.id, after, limit + 1)?)
}

/// Forgets an identity, if it is there; its logins will be somebody new. What was issued for it is revoked.
pub fn delete(records: &mut (impl IdentityPools + Revocations), id: &IdentityId, now: Timestamp) -> Read<()> {
    let identity = records.identity(id)?;
    forget(records, identity.as_slice(), now)
}

/// Forgets identities, and revokes what was issued for them where any of it can be good still.
pub(super) fn forget(
    records: &mut (impl IdentityPools + Revocations),
    identities: &[Identity],
    now: Timestamp,
) -> Read<()> {
    identities.iter().for_each(|identity| records.delete_identity(identity));
    let is_used = |identity: &&Identity| !identity.is_unused_since(now.before(LONGEST_SESSION));
    let used = identities.iter().filter(is_used);
    revoke(records, used.map(|identity| Revocable::Identity(identity.id.clone())), now)
}

/// Removes identities of a pool that was deleted, then its merges, then its derived ids, at most [`BATCH`] of each, and says
/// whether that was all there was to do.
pub fn remove_left(records: &mut (impl IdentityPools + Merges), pool: &IdentityPoolId) -> Read<bool> {
    // A pool may have been made anew under a deleted one's id, by the seed of a server that was reset.
    if records.identity_pool(pool)?.is_some() {
        return Ok(true);
    }
    let left = records.identities(pool, None, BATCH)?;
    left.iter().for_each(|identity| records.delete_identity(identity));
    if left.len() == BATCH {
        return Ok(false);
    }
    let merges = records.merges(pool, None, BATCH)?;
    merges.iter().for_each(|merge| records.delete_merge(merge));
    if merges.len() == BATCH {
        return Ok(false);
    }
    let derivations = records.derivations(pool, BATCH)?;
    derivations.iter().for_each(|derivation| records.delete_derivation(pool, &derivation.login));
    let is_all = derivations.len() < BATCH;
    if is_all {
        records.forget_deleted_identity_pool(pool);
    }
    Ok(is_all)
}
