//! An identity pool as the API shows it.

use domain::account::Region;
use domain::identity_pool::login::user_pool_provider_name;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, IdentityPoolName, UserPoolProvider};
use domain::identity_pool::provider::{
    AppId, DeveloperProviderName, OpenIdProviderArn, PublicProvider, SamlProviderArn,
};
use domain::tag::Tags;
use domain::user_pool::client::ClientId;
use serde::Serialize;
use std::collections::BTreeMap;

/// A pool; members that were not set are left out.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    identity_pool_id: IdentityPoolId,
    identity_pool_name: IdentityPoolName,
    allow_unauthenticated_identities: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    allow_classic_flow: Option<bool>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    supported_login_providers: BTreeMap<PublicProvider, AppId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    developer_provider_name: Option<DeveloperProviderName>,
    #[serde(rename = "OpenIdConnectProviderARNs", skip_serializing_if = "Vec::is_empty")]
    openid_providers: Vec<OpenIdProviderArn>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cognito_identity_providers: Vec<ShownProvider>,
    #[serde(rename = "SamlProviderARNs", skip_serializing_if = "Vec::is_empty")]
    saml_providers: Vec<SamlProviderArn>,
    /// Always there, also where there are none.
    identity_pool_tags: Tags,
}

/// A client of a user pool whose users may log in.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownProvider {
    provider_name: String,
    client_id: ClientId,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_side_token_check: Option<bool>,
}

impl Shown {
    /// This pool of this region.
    pub(super) fn of(pool: IdentityPool, region: &Region) -> Self {
        let provider = |listed: UserPoolProvider| ShownProvider {
            provider_name: user_pool_provider_name(&listed.user_pool, region),
            client_id: listed.client,
            server_side_token_check: listed.server_side_check,
        };
        Self {
            identity_pool_id: pool.id,
            identity_pool_name: pool.name,
            allow_unauthenticated_identities: pool.welcomes_guests,
            allow_classic_flow: pool.classic_flow,
            supported_login_providers: pool.public_providers,
            developer_provider_name: pool.developer_provider,
            openid_providers: pool.openid_providers,
            cognito_identity_providers: pool.user_pools.into_iter().map(provider).collect(),
            saml_providers: pool.saml_providers,
            identity_pool_tags: pool.tags,
        }
    }
}
