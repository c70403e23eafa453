//! Claiming an identity: by its id, and by the logins shown with it.

use crate::identity_pool::linking::{self, Change, Met};
use crate::identity_pool::mistake::Mistake;
use crate::identity_pool::{Refusal, identities, merges, pools, users};
use domain::iam::session::FromIdentity;
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::{AuthState, LoginKey};
use domain::identity_pool::options::DisabledIds;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Merges, Read, Revocations, Stop, UserPools, refuse};
use domain::time::Timestamp;
use login::VerifiedLogin;

/// An identity that something may be issued for.
pub struct Claimed {
    /// Its pool.
    pub pool: IdentityPool,
    /// The identity: the one that was asked for, or the one that goes on in its place.
    pub identity: Identity,
    /// Whether it was proven by a login, or is a guest's.
    pub state: AuthState,
    /// The logins shown, each once.
    pub shown: Vec<LoginKey>,
    /// What became of it and others meanwhile.
    pub change: Change,
}

impl Claimed {
    /// Where what is issued for it comes from.
    pub(super) fn origin(&self) -> FromIdentity {
        let Identity { id, pool, logins, .. } = &self.identity;
        FromIdentity { identity: id.clone(), pool: pool.clone(), logins: logins.clone() }
    }
}

/// Lets somebody have an identity for whom something will be issued: a guest, or whoever proves it by a login.
pub fn claim(
    records: &mut (impl IdentityPools + Merges + UserPools + Revocations),
    id: &IdentityId,
    proven: &[VerifiedLogin],
    now: Timestamp,
) -> Result<Claimed, Stop<Refusal>> {
    let (identity, pool) = identities::find(records, id)?;
    pools::must_welcome(&pool, AuthState::by(proven))?;
    let shown = keys_proven_to(&pool, proven)?;
    users::must_be_there(records, &pool, proven)?;
    let identity = resolved(records, &pool, identity, &shown)?;
    let Met { mut identity, change } = linking::claim(records, &pool, identity, &shown, now)?;
    identities::remember_use(records, &mut identity, now);
    let state = AuthState::by(&shown);
    Ok(Claimed { pool, identity, state, shown, change })
}

/// The identity that goes on in the place of a disabled one, for whoever proves it, where the pool resolves such ids.
/// Nobody else is told what became of whom.
pub(super) fn resolved(
    records: &mut (impl IdentityPools + Merges),
    pool: &IdentityPool,
    claimed: Identity,
    shown: &[LoginKey],
) -> Read<Identity> {
    if claimed.standing != Standing::Disabled || pool.options.disabled_ids != DisabledIds::Resolved {
        return Ok(claimed);
    }
    let current = merges::current(records, &claimed.id)?;
    let is_proven =
        |survivor: &Identity| survivor.pool == pool.id && shown.iter().any(|login| survivor.holds(login));
    Ok(records.identity(&current)?.filter(is_proven).unwrap_or(claimed))
}

/// Who was proven to this pool, each once, however many names of one provider were used. Refused is a login that was proven
/// to another pool, or by a client that was taken off the pool since.
pub(super) fn keys_proven_to(
    pool: &IdentityPool,
    proven: &[VerifiedLogin],
) -> Result<Vec<LoginKey>, Stop<Refusal>> {
    let mut keys = Vec::with_capacity(proven.len());
    for login in proven {
        if !login.is_proven_to(&pool.id) || !pool.lists_client(login.user_pool(), login.client()) {
            let (key, mistake) = (login.key().provider.clone(), Mistake::ClientGone);
            return refuse(Refusal::UnsupportedProvider { key, mistake });
        }
        if !keys.contains(login.key()) {
            keys.push(login.key().clone());
        }
    }
    Ok(keys)
}
