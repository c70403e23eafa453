//! Claims that users write of themselves: roles and tags that follow from one are theirs to choose.

use crate::House;
use crate::identity_pool::Refusal;
use domain::identity_pool::claims::is_verified_only;
use domain::identity_pool::login::user_pool_provider_name;
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::role_mapping::RoleMapping;
use domain::records::{Read, Stop, UserPools, refuse};
use domain::user_pool::client::ClientId;
use domain::user_pool::pool::UserPoolId;
use login::VerifiedLogin;

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

/// Refuses a pool where the users of a client that it lists could choose their role or their tags.
pub(super) fn check_pool(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
) -> Result<(), Stop<Refusal>> {
    for listed in &pool.user_pools {
        if let Some(found) = find(records, house, pool, (&listed.user_pool, &listed.client))? {
            return refuse(Refusal::SelfWritten(found));
        }
    }
    Ok(())
}

/// Refuses logins of clients whose users can choose their role or their tags by now.
pub(super) fn check_logins(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
    proven: &[VerifiedLogin],
) -> Result<(), Stop<Refusal>> {
    for login in proven {
        if let Some(found) = find(records, house, pool, (login.user_pool(), login.client()))? {
            return refuse(Refusal::DecidedBySelf(found));
        }
    }
    Ok(())
}

/// The first claim that users write through a client and that decides. A client that is not there has no users.
fn find(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
    (user_pool, client): (&UserPoolId, &ClientId),
) -> Read<Option<SelfWritten>> {
    if house.takes_unsafe_roles || (pool.principal_tags.is_empty() && pool.role_mappings.is_empty()) {
        return Ok(None);
    }
    let provider = user_pool_provider_name(user_pool, &house.account.region);
    let tags = pool.principal_tags.get(&provider).into_iter().flat_map(|map| map.claims.values());
    let mapping = pool.role_mappings.get(&format!("{provider}:{client}"));
    let rules = mapping.into_iter().flat_map(RoleMapping::rules).map(|rule| &rule.claim);
    // What is taken only if it was verified is not theirs to choose.
    let mut deciding = tags.chain(rules).filter(|claim| !is_verified_only(claim)).peekable();
    if deciding.peek().is_none() {
        return Ok(None);
    }
    let Some(writing) = records.client(client)?.filter(|found| found.pool == *user_pool) else {
        return Ok(None);
    };
    let claim = deciding.find(|claim| writing.lets_users_write(claim));
    Ok(claim.map(|claim| SelfWritten { claim: claim.clone(), client: client.clone() }))
}
