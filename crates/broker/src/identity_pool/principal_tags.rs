//! Attributes for access control: setting which claims become tags of sessions, and the tags of those who come.

use crate::House;
use crate::identity_pool::{Refusal, handing_out, pools, self_written};
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::identity_pool::principal_tag::{AttributeMap, BadClaim};
use domain::records::{IdentityPools, Roles, Stop, UserPools, refuse};
use domain::tag::Tags;
use login::VerifiedLogin;
use std::collections::BTreeMap;

/// Puts a map, of a provider that is listed, in the place of the one that the pool has for it.
pub fn set(
    records: &mut (impl IdentityPools + UserPools + Roles),
    house: &House,
    id: &IdentityPoolId,
    (provider, map): (&str, &AttributeMap),
) -> Result<(), Stop<Refusal>> {
    let mut pool = pools::find(records, id)?;
    if !pool.taggable(&house.account.region).contains(provider) {
        return refuse(Refusal::NotTaggable(provider.to_owned()));
    }
    pool.principal_tags.insert(provider.to_owned(), map.clone());
    handing_out::check_pool(records, house, &pool)?;
    self_written::check_pool(records, house, &pool)?;
    records.put_identity_pool(&pool);
    Ok(())
}

/// The map that a pool has for a provider.
pub fn find(
    records: &mut impl IdentityPools,
    id: &IdentityPoolId,
    provider: &str,
) -> Result<AttributeMap, Stop<Refusal>> {
    match pools::find(records, id)?.principal_tags.remove(provider) {
        Some(map) => Ok(map),
        None => refuse(Refusal::NoAttributeMap(provider.to_owned())),
    }
}

/// The tags that the sessions of an identity have who proved these logins. Refused are logins whose users choose their
/// tags or their role themselves.
pub fn of(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
    proven: &[VerifiedLogin],
) -> Result<Tags, Stop<Refusal>> {
    self_written::check_logins(records, house, pool, proven)?;
    match tags_of(pool, proven) {
        Ok(tags) => Ok(tags),
        Err(bad) => refuse(Refusal::Claim(bad)),
    }
}

fn tags_of(pool: &IdentityPool, proven: &[VerifiedLogin]) -> Result<Tags, BadClaim> {
    let mut tags = BTreeMap::new();
    for login in proven {
        if let Some(map) = pool.principal_tags.get(login.tagged_as()) {
            map.add_tags(login.claims(), &mut tags)?;
        }
    }
    Ok(Tags::try_from(tags)?)
}
