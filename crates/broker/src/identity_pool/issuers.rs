//! Which issuers the logins shown must come from. A provider that no pool lists is refused here, before any key is
//! looked for.

use crate::House;
use crate::iam::revocations::revoked_before;
use crate::identity_pool::credentials::PRINCIPAL;
use crate::identity_pool::mistake::Mistake;
use crate::identity_pool::{Refusal, identities, pools};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{IdentityPools, Read, Revocations, Stop, UserPools, refuse};
use domain::user_pool::pool::{UserPool, UserPoolId};
use login::key_set::KeySet;
use login::user_pool::Issuer;

/// For what logins are shown, and so to which pool.
#[derive(Debug, Clone)]
pub enum Asked {
    /// Somebody asks a pool for their identity.
    Pool(IdentityPoolId),
    /// Somebody asks for credentials or a token of an identity, or takes logins from it; its pool follows from it.
    Identity(IdentityId),
}

/// A pool and the issuer of each login key shown, in the order of the keys.
pub struct Expected {
    /// The pool that the logins are shown to.
    pub pool: IdentityPool,
    /// The issuers.
    pub issuers: Vec<Issuer>,
}

/// Finds the issuer that each login key names, if the pool lists it.
pub fn expected(
    records: &mut (impl IdentityPools + UserPools + Revocations),
    house: &House,
    asked: &Asked,
    login_keys: &[&str],
) -> Result<Expected, Stop<Refusal>> {
    let pool = pool_of(records, asked)?;
    pools::must_welcome(&pool, AuthState::by(login_keys))?;
    let mut issuers = Vec::with_capacity(login_keys.len());
    for key in login_keys {
        issuers.push(issuer_named(records, house, &pool, key)?);
    }
    Ok(Expected { pool, issuers })
}

fn pool_of(records: &mut impl IdentityPools, asked: &Asked) -> Result<IdentityPool, Stop<Refusal>> {
    match asked {
        Asked::Pool(id) => pools::find(records, id),
        Asked::Identity(id) => Ok(identities::find(records, id)?.1),
    }
}

fn issuer_named(
    records: &mut (impl UserPools + Revocations),
    house: &House,
    pool: &IdentityPool,
    key: &str,
) -> Result<Issuer, Stop<Refusal>> {
    if key == PRINCIPAL {
        return refuse(Refusal::OwnTokenHere);
    }
    if pool.is_developer_provider(key) {
        return refuse(Refusal::DeveloperProvider(key.to_owned()));
    }
    if pool.lists_provider(key) && house.issuers.pool_named_by(key).is_none() {
        return refuse(Refusal::UnservedProvider(key.to_owned()));
    }
    let Some(id) = house.issuers.pool_named_by(key).filter(|_| !pool.user_pools.is_empty()) else {
        return not_listed(records, house, pool, key);
    };
    let Some(user_pool) = listed(records, pool, &id)? else {
        return not_listed(records, house, pool, key);
    };
    let names = house.issuers.names_of(&id);
    let keys = KeySet::of([&user_pool.keys.id.public]);
    let region = house.account.region.clone();
    let revoked_before = revoked_before(records, &[])?;
    Ok(Issuer { pool: id, region, names, keys, revoked_before })
}

/// Refuses a provider that a pool does not list.
fn not_listed<T>(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
    key: &str,
) -> Result<T, Stop<Refusal>> {
    let mistake = Mistake::with(records, house, pool, key)?;
    let key = key.to_owned();
    // A user pool of another region or server is of a kind the pool knows; anything else is of a kind it does not.
    let is_of_its_kind = key.starts_with("cognito-idp.") || house.issuers.pool_named_by(&key).is_some();
    if is_of_its_kind && !pool.user_pools.is_empty() {
        return refuse(Refusal::UnsupportedProvider { key, mistake });
    }
    refuse(Refusal::NoSuchProvider { key, mistake })
}

/// A user pool whose logins a pool accepts: it is listed and still there.
pub(super) fn listed(
    records: &mut impl UserPools,
    pool: &IdentityPool,
    id: &UserPoolId,
) -> Read<Option<UserPool>> {
    if pool.lists_user_pool(id) { records.user_pool(id) } else { Ok(None) }
}
