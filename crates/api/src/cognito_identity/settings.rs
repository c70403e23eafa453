//! What somebody says of an identity pool when they make or change it.

use crate::audit::Notes;
use crate::fault::{Common, Fault};
use domain::account::Region;
use domain::identity_pool::login::user_pool_named;
use domain::identity_pool::options::PoolOptions;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, IdentityPoolName, Roles, UserPoolProvider};
use domain::identity_pool::provider::{
    AppId, DeveloperProviderName, OpenIdProviderArn, PublicProvider, SamlProviderArn,
};
use domain::tag::Tags;
use domain::time::Timestamp;
use domain::user_pool::client::ClientId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// The settings of a pool. What is left out is as if it had been said to be nothing.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Settings {
    /// Which pool is changed; the model requires it there, and has no such member where a pool is made.
    identity_pool_id: Option<IdentityPoolId>,
    identity_pool_name: IdentityPoolName,
    allow_unauthenticated_identities: bool,
    allow_classic_flow: Option<bool>,
    #[serde(default)]
    supported_login_providers: BTreeMap<PublicProvider, AppId>,
    developer_provider_name: Option<DeveloperProviderName>,
    #[serde(default, rename = "OpenIdConnectProviderARNs")]
    openid_providers: Vec<OpenIdProviderArn>,
    #[serde(default)]
    cognito_identity_providers: Vec<Listed>,
    #[serde(default, rename = "SamlProviderARNs")]
    saml_providers: Vec<SamlProviderArn>,
    identity_pool_tags: Option<Tags>,
}

/// A client of a user pool.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    provider_name: String,
    client_id: ClientId,
    server_side_token_check: Option<bool>,
}

impl Settings {
    /// Tells the audit all that was said.
    pub(super) fn note(&self, notes: &mut Notes) {
        notes.parameter("settings", json!(self));
    }

    /// The pool that is to be changed.
    pub(super) fn changed(&self) -> Result<&IdentityPoolId, Fault> {
        let missing = || Common::BadMember("IdentityPoolId is missing".to_owned()).into();
        self.identity_pool_id.as_ref().ok_or_else(missing)
    }

    /// The tags, if they are said.
    pub(super) const fn tags(&self) -> Option<&Tags> {
        self.identity_pool_tags.as_ref()
    }

    /// The pool of this id and region that they describe; it has no roles.
    pub(super) fn pool(
        self,
        id: IdentityPoolId,
        region: &Region,
        now: Timestamp,
    ) -> Result<IdentityPool, Fault> {
        let listed = self.cognito_identity_providers.into_iter();
        Ok(IdentityPool {
            id,
            name: self.identity_pool_name,
            welcomes_guests: self.allow_unauthenticated_identities,
            classic_flow: self.allow_classic_flow,
            user_pools: listed.map(|listed| listed.of(region)).collect::<Result<_, _>>()?,
            public_providers: self.supported_login_providers,
            openid_providers: self.openid_providers,
            saml_providers: self.saml_providers,
            developer_provider: self.developer_provider_name,
            roles: Roles::default(),
            tags: self.identity_pool_tags.unwrap_or_default(),
            options: PoolOptions::default(),
            role_mappings: BTreeMap::new(),
            principal_tags: BTreeMap::new(),
            created: now,
        })
    }
}

impl Listed {
    fn of(self, region: &Region) -> Result<UserPoolProvider, Fault> {
        let Self { provider_name, client_id: client, server_side_token_check: server_side_check } = self;
        match user_pool_named(&provider_name, region) {
            Some(user_pool) => Ok(UserPoolProvider { user_pool, client, server_side_check }),
            None => {
                Err(Common::BadMember(format!("`{provider_name}` is no user pool of this region")).into())
            }
        }
    }
}
