//! Looking for identities of a pool by what they are, and removing those that are found.

use crate::House;
use crate::identity_pool::{Refusal, identities, pools};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{IdentityPools, Revocations, Stop, refuse};
use domain::time::Timestamp;

/// How many identities are looked at in one transaction, whether they fit or not.
pub const MOST_LOOKED_AT: usize = 1000;

/// What identities must be to be found; what is absent does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What they are to the pool.
    pub standing: Option<Standing>,
    /// A provider of which they hold a login.
    pub provider: Option<String>,
    /// They were made then or later.
    pub created_from: Option<Timestamp>,
    /// They were made before.
    pub created_before: Option<Timestamp>,
    /// They were used then or later, as far as is known: to within a day.
    pub used_from: Option<Timestamp>,
    /// They were not used then or later, for certain.
    pub unused_since: Option<Timestamp>,
}

impl Wanted {
    fn fits(&self, identity: &Identity) -> bool {
        let holds = |provider: &String| identity.logins.iter().any(|login| login.provider == *provider);
        self.standing.is_none_or(|standing| identity.standing == standing)
            && self.provider.as_ref().is_none_or(holds)
            && self.created_from.is_none_or(|from| identity.created >= from)
            && self.created_before.is_none_or(|before| identity.created < before)
            && self.used_from.is_none_or(|from| identity.last_used >= from)
            && self.unused_since.is_none_or(|since| identity.is_unused_since(since))
    }
}

/// Identities that were found.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The identities, at most as many as were asked for.
    pub identities: Vec<Identity>,
    /// The identity to go on after; there may be more, but need not. At the end there is none.
    pub after: Option<IdentityId>,
}

/// Looks for identities of a pool in the order of their ids, from after one of them, until `limit` of them fit or
/// [`MOST_LOOKED_AT`] were looked at.
pub fn search(
    records: &mut impl IdentityPools,
    pool: &IdentityPoolId,
    wanted: &Wanted,
    (after, limit): (Option<&IdentityId>, usize),
) -> Result<Found, Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    let looked_at = records.identities(&pool.id, after, MOST_LOOKED_AT)?;
    let mut last = looked_at.last().filter(|_| looked_at.len() == MOST_LOOKED_AT).map(|one| one.id.clone());
    let mut identities = Vec::new();
    for identity in looked_at {
        if !wanted.fits(&identity) {
            continue;
        }
        identities.push(identity);
        if identities.len() == limit {
            last = identities.last().map(|identity| identity.id.clone());
            break;
        }
    }
    Ok(Found { identities, after: last })
}

/// Forgets the identities that [`search`] finds, and revokes what was issued for them.
pub fn remove(
    records: &mut (impl IdentityPools + Revocations),
    pool: &IdentityPoolId,
    wanted: &Wanted,
    page: (Option<&IdentityId>, usize),
    now: Timestamp,
) -> Result<Found, Stop<Refusal>> {
    let found = search(records, pool, wanted, page)?;
    identities::forget(records, &found.identities, now)?;
    Ok(found)
}

/// Finds the identity of a pool that holds a login, by the names that the provider and somebody there go by. Nothing is
/// made.
pub fn lookup(
    records: &mut impl IdentityPools,
    house: &House,
    pool: &IdentityPoolId,
    (provider, subject): (&str, &str),
) -> Result<Identity, Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    let login = LoginKey { provider: house.provider_name(provider), subject: subject.to_owned() };
    match records.identity_of(&pool.id, &login)? {
        Some(identity) => Ok(identity),
        None => refuse(Refusal::NobodyHolds(login)),
    }
}

/// Finds an identity of this pool.
pub fn find(
    records: &mut impl IdentityPools,
    pool: &IdentityPoolId,
    id: &IdentityId,
) -> Result<Identity, Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    match records.identity(id)?.filter(|identity| identity.pool == pool.id) {
        Some(identity) => Ok(identity),
        None => refuse(Refusal::NoSuchIdentity(id.clone())),
    }
}
