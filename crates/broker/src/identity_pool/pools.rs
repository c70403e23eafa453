//! Making and finding identity pools.

use crate::identity_pool::Refusal;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::records::{IdentityPools, Roles, Stop, UserPools, refuse};
use domain::user_pool::client::ClientId;

/// Why an identity pool is not made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefused {
    /// There is one of this id.
    #[error("an identity pool `{0}` exists already")]
    Exists(IdentityPoolId),
    /// A client that it lists is not there, or belongs to another user pool.
    #[error("there is no client `{0}` in the user pool it is listed with")]
    NoSuchClient(ClientId),
    /// A role that it names is not there.
    #[error("there is no role `{0}`")]
    NoSuchRole(String),
}

/// Makes an identity pool, whose clients and roles must exist.
pub fn create(
    records: &mut (impl IdentityPools + UserPools + Roles),
    pool: &IdentityPool,
) -> Result<(), Stop<CreateRefused>> {
    if records.identity_pool(&pool.id)?.is_some() {
        return refuse(CreateRefused::Exists(pool.id.clone()));
    }
    for provider in &pool.user_pools {
        let client = records.client(&provider.client)?;
        if client.is_none_or(|client| client.pool != provider.user_pool) {
            return refuse(CreateRefused::NoSuchClient(provider.client.clone()));
        }
    }
    for role in [&pool.roles.authenticated, &pool.roles.unauthenticated].into_iter().flatten() {
        if records.role(role.name())?.is_none() {
            return refuse(CreateRefused::NoSuchRole(role.to_string()));
        }
    }
    records.put_identity_pool(pool);
    Ok(())
}

/// Finds an identity pool.
pub fn find(records: &mut impl IdentityPools, id: &IdentityPoolId) -> Result<IdentityPool, Stop<Refusal>> {
    match records.identity_pool(id)? {
        Some(pool) => Ok(pool),
        None => refuse(Refusal::NoSuchPool(id.clone())),
    }
}
