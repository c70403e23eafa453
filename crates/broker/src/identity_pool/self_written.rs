//! Claims that users write of themselves: roles and tags that follow from one are theirs to choose.

use crate::House;
use crate::identity_pool::Refusal;
use domain::identity_pool::claims::is_verified_only;
use domain::identity_pool::login::user_pool_provider_name;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::identity_pool::role_mapping::RoleMapping;
use domain::records::{IdentityPools, Read, Stop, UserPools, refuse};
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::pool::UserPoolId;
use login::VerifiedLogin;
use std::collections::BTreeSet;

/// A claim that decides about roles or tags, and that users write of themselves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "users write the claim `{claim}` themselves through client `{client}`, and so choose what follows from it: take it \
     out of the client's WriteAttributes, or map another claim"
)]
pub struct SelfWritten {
    /// The claim.
    pub claim: String,
    /// The client.
    pub client: ClientId,
}

/// An identity pool, and a claim by which it decides although users write it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("identity pool `{pool}`: {written}")]
pub struct DecidesBy {
    /// The claim.
    pub written: SelfWritten,
    /// The pool.
    pub pool: IdentityPoolId,
}

/// How many clients, or identity pools, are looked at in one piece.
const PAGE: usize = 100;

/// Refuses a pool where the users of a client that it lists could choose their role or their tags.
pub(super) fn check_pool(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
) -> Result<(), Stop<Refusal>> {
    let user_pools: BTreeSet<&UserPoolId> = pool.user_pools.iter().map(|listed| &listed.user_pool).collect();
    for user_pool in user_pools {
        if let Some(found) = written(records, user_pool, &deciding(house, pool, user_pool))? {
            return refuse(Refusal::SelfWritten(found));
        }
    }
    Ok(())
}

/// The first identity pool by whose settings the users of a new client could choose their role or their tags, through
/// whichever client they come there.
pub(crate) fn check_client(
    records: &mut impl IdentityPools,
    house: &House,
    client: &Client,
) -> Read<Option<DecidesBy>> {
    let mut after = None;
    loop {
        let page = records.identity_pools(after.as_ref(), PAGE)?;
        let is_last = page.len() < PAGE;
        for pool in page {
            if let Some(written) = written_through(client, &deciding(house, &pool, &client.pool)) {
                return Ok(Some(DecidesBy { written, pool: pool.id }));
            }
            after = Some(pool.id);
        }
        if is_last {
            return Ok(None);
        }
    }
}

/// Refuses logins whose users can choose their role or their tags by now, or may have chosen them through a client that is
/// not there any more.
pub(super) fn check_logins(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
    proven: &[VerifiedLogin],
) -> Result<(), Stop<Refusal>> {
    if pool.principal_tags.is_empty() && pool.role_mappings.is_empty() {
        return Ok(());
    }
    for login in proven {
        let user_pool = login.user_pool();
        let deciding = deciding(house, pool, user_pool);
        if deciding.is_empty() {
            continue;
        }
        if records.client(login.client())?.is_none_or(|client| client.pool != *user_pool) {
            return refuse(Refusal::ClientGone(login.client().clone()));
        }
        if let Some(found) = written(records, user_pool, &deciding)? {
            return refuse(Refusal::DecidedBySelf(found));
        }
    }
    Ok(())
}

/// The claims by which a pool decides about the users of a user pool, whichever of its clients they come through. What is
/// taken only if it was verified is not theirs to choose.
fn deciding<'a>(house: &House, pool: &'a IdentityPool, user_pool: &UserPoolId) -> Vec<&'a str> {
    if house.takes_unsafe_roles || !pool.lists_user_pool(user_pool) {
        return Vec::new();
    }
    let provider = user_pool_provider_name(user_pool, &house.account.region);
    let tags = pool.principal_tags.get(&provider).into_iter().flat_map(|map| map.claims.values());
    let rules = pool.role_mappings_of(&provider).flat_map(RoleMapping::rules).map(|rule| &rule.claim);
    tags.chain(rules).map(String::as_str).filter(|claim| !is_verified_only(claim)).collect()
}

/// The first of these claims that the users of a user pool write through any of its clients: what is written through one
/// stands in the tokens of all.
fn written(
    records: &mut impl UserPools,
    user_pool: &UserPoolId,
    claims: &[&str],
) -> Read<Option<SelfWritten>> {
    if claims.is_empty() {
        return Ok(None);
    }
    let mut after = None;
    loop {
        let page = records.clients(user_pool, after.as_ref(), PAGE)?;
        if let Some(found) = page.iter().find_map(|client| written_through(client, claims)) {
            return Ok(Some(found));
        }
        if page.len() < PAGE {
            return Ok(None);
        }
        after = page.into_iter().next_back().map(|client| client.id);
    }
}

/// The first of these claims that users write through a client.
fn written_through(client: &Client, claims: &[&str]) -> Option<SelfWritten> {
    let claim = claims.iter().find(|claim| client.lets_users_write(claim))?;
    Some(SelfWritten { claim: (*claim).to_owned(), client: client.id.clone() })
}
