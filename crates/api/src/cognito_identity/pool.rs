//! An identity pool as the API shows it.

use domain::account::Region;
use domain::identity_pool::login::user_pool_provider_name;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, IdentityPoolName};
use domain::user_pool::client::ClientId;
use serde::Serialize;

/// A pool; members that were not set are left out.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    identity_pool_id: IdentityPoolId,
    identity_pool_name: IdentityPoolName,
    allow_unauthenticated_identities: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cognito_identity_providers: Vec<ShownProvider>,
}

/// A client of a user pool whose users may log in.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownProvider {
    provider_name: String,
    client_id: ClientId,
}

impl Shown {
    /// This pool of this region.
    pub(super) fn of(pool: IdentityPool, region: &Region) -> Self {
        let provider = |listed: domain::identity_pool::pool::UserPoolProvider| ShownProvider {
            provider_name: user_pool_provider_name(&listed.user_pool, region),
            client_id: listed.client,
        };
        Self {
            identity_pool_id: pool.id,
            identity_pool_name: pool.name,
            allow_unauthenticated_identities: pool.welcomes_guests,
            cognito_identity_providers: pool.user_pools.into_iter().map(provider).collect(),
        }
    }
}
