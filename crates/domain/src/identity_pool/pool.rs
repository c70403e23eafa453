//! An identity pool: which logins it accepts and which roles it hands out.

use crate::account::{Account, Region};
use crate::arn::RoleArn;
use crate::entropy::{Entropy, draw_uuid};
use crate::identity_pool::login::{AuthState, user_pool_provider_name};
use crate::identity_pool::options::PoolOptions;
use crate::identity_pool::principal_tag::AttributeMap;
use crate::identity_pool::provider::{
    AppId, DeveloperProviderName, OpenIdProviderArn, PublicProvider, SamlProviderArn,
};
use crate::identity_pool::role_mapping::RoleMapping;
use crate::tag::Tags;
use crate::text::{is_word, text};
use crate::time::Timestamp;
use crate::user_pool::client::ClientId;
use crate::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

text!(
    /// An identity pool's id: a region, a colon and hexadecimal digits or hyphens. It need not be a UUID.
    IdentityPoolId,
    "an identity pool id",
    is_pool_or_identity_id
);

impl IdentityPoolId {
    /// Draws a new id in a region.
    pub fn draw(account: &Account, entropy: &dyn Entropy) -> Self {
        Self(format!("{}:{}", account.region, draw_uuid(entropy)))
    }
}

/// The model's pattern `[\w-]+:[0-9a-f-]+` in at most 55 characters; pools and identities share it.
pub(super) fn is_pool_or_identity_id(text: &str) -> bool {
    let parts = text.split_once(':').filter(|(region, rest)| !region.is_empty() && !rest.is_empty());
    text.len() <= 55
        && parts.is_some_and(|(region, rest)| {
            region.bytes().all(|byte| is_word(byte) || byte == b'-')
                && rest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-'))
        })
}

text!(
    /// An identity pool's name, 1 to 128 characters; it need not be unique.
    IdentityPoolName,
    "an identity pool name",
    |text| (1..=128).contains(&text.len())
        && text.bytes().all(|byte| is_word(byte) || byte.is_ascii_whitespace() || b"+=,.@-".contains(&byte))
);

/// An identity pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityPool {
    /// Its id, unique on this server.
    pub id: IdentityPoolId,
    /// Its name, for people.
    pub name: IdentityPoolName,
    /// Whether somebody who shows no login gets an identity.
    pub welcomes_guests: bool,
    /// Whether tokens of its identities may be taken to STS by whoever holds them; `None` where nobody said, which is
    /// no.
    pub classic_flow: Option<bool>,
    /// The user pools and clients whose ID tokens it accepts.
    pub user_pools: Vec<UserPoolProvider>,
    /// The public providers whose logins it accepts, each for one app.
    pub public_providers: BTreeMap<PublicProvider, AppId>,
    /// The OpenID Connect providers whose logins it accepts.
    pub openid_providers: Vec<OpenIdProviderArn>,
    /// The SAML providers whose logins it accepts.
    pub saml_providers: Vec<SamlProviderArn>,
    /// The name under which a backend vouches for its own users; it never changes.
    pub developer_provider: Option<DeveloperProviderName>,
    /// The roles it hands out.
    pub roles: Roles,
    /// Which claims of some providers' logins become tags of sessions, by the names of those providers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub principal_tags: BTreeMap<String, AttributeMap>,
    /// What its administrators wrote on it.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// What it was told beyond AWS's settings.
    #[serde(default)]
    pub options: PoolOptions,
    /// How the logins of some providers choose another role, by the names of those providers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub role_mappings: BTreeMap<String, RoleMapping>,
    /// When it was made.
    pub created: Timestamp,
}

impl IdentityPool {
    /// Whether any client of this user pool may log in here.
    pub fn lists_user_pool(&self, user_pool: &UserPoolId) -> bool {
        self.user_pools.iter().any(|provider| provider.user_pool == *user_pool)
    }

    /// Whether logins by this name are those of a public, OpenID Connect or SAML provider that the pool lists.
    pub fn lists_provider(&self, login_key: &str) -> bool {
        self.public_providers.keys().any(|provider| provider.as_str() == login_key)
            || self.openid_providers.iter().any(|provider| provider.login_key() == login_key)
            || self.saml_providers.iter().any(|provider| provider.as_str() == login_key)
    }

    /// Whether this is the pool's own backend as a provider.
    pub fn is_developer_provider(&self, name: &str) -> bool {
        self.developer_provider.as_ref().is_some_and(|own| own.as_str() == name)
    }

    /// Whether tokens that this user pool made out to this client may log in here.
    pub fn lists_client(&self, user_pool: &UserPoolId, client: &ClientId) -> bool {
        self.listed(user_pool, client).next().is_some()
    }

    /// The clients of this user pool whose tokens may log in here.
    pub fn clients_of(&self, user_pool: &UserPoolId) -> impl Iterator<Item = &ClientId> {
        self.user_pools.iter().filter(move |one| one.user_pool == *user_pool).map(|one| &one.client)
    }

    /// Whether users of this client must still be there whenever they show a token.
    pub fn checks_users(&self, user_pool: &UserPoolId, client: &ClientId) -> bool {
        self.listed(user_pool, client).any(|provider| provider.server_side_check == Some(true))
    }

    /// The name under which role mappings know a provider that is listed, for each of them.
    pub fn mappable(&self, region: &Region) -> BTreeSet<String> {
        self.named(|listed| {
            format!("{}:{}", user_pool_provider_name(&listed.user_pool, region), listed.client)
        })
    }

    /// The name under which principal tags know a provider that is listed, for each of them: of a user pool it is the same
    /// for all clients.
    pub fn taggable(&self, region: &Region) -> BTreeSet<String> {
        self.named(|listed| user_pool_provider_name(&listed.user_pool, region))
    }

    /// The states of the identities that get this role by the pool's own settings.
    pub fn hands_out_to(&self, role: &RoleArn) -> Vec<AuthState> {
        let of_rules = self.role_mappings.values().flat_map(RoleMapping::rules).map(|rule| &rule.role);
        let mut to = Vec::new();
        if self.roles.authenticated.iter().chain(of_rules).any(|handed_out| handed_out == role) {
            to.push(AuthState::Authenticated);
        }
        if self.roles.unauthenticated.as_ref() == Some(role) {
            to.push(AuthState::Guest);
        }
        to
    }

    /// The role mappings of a provider: of a user pool there is one for each client, and its users may come through any.
    pub fn role_mappings_of(&self, provider: &str) -> impl Iterator<Item = &RoleMapping> {
        let is_its = move |name: &str| {
            name.strip_prefix(provider).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        self.role_mappings.iter().filter(move |(name, _)| is_its(name)).map(|(_, mapping)| mapping)
    }

    /// Whether claims of some logins become tags.
    pub fn makes_tags(&self) -> bool {
        self.principal_tags.values().any(|map| !map.claims.is_empty())
    }

    fn named(&self, of_user_pool: impl Fn(&UserPoolProvider) -> String) -> BTreeSet<String> {
        let user_pools = self.user_pools.iter().map(of_user_pool);
        let public = self.public_providers.keys().map(ToString::to_string);
        let openid = self.openid_providers.iter().map(ToString::to_string);
        let saml = self.saml_providers.iter().map(ToString::to_string);
        user_pools.chain(public).chain(openid).chain(saml).collect()
    }

    fn listed(&self, user_pool: &UserPoolId, client: &ClientId) -> impl Iterator<Item = &UserPoolProvider> {
        let is_this = move |provider: &&UserPoolProvider| {
            provider.user_pool == *user_pool && provider.client == *client
        };
        self.user_pools.iter().filter(is_this)
    }
}

/// One client of one user pool, accepted as a provider of logins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserPoolProvider {
    /// The user pool that signs the tokens.
    pub user_pool: UserPoolId,
    /// The client that the tokens must be made out to.
    pub client: ClientId,
    /// Whether the user must still be there when a token is shown (`ServerSideTokenCheck`); `None` where nobody said,
    /// which is no.
    pub server_side_check: Option<bool>,
}

/// The roles of a pool.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roles {
    /// For an identity that proved a login.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticated: Option<RoleArn>,
    /// For a guest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unauthenticated: Option<RoleArn>,
}

impl Roles {
    /// The role for an identity in this state, if the pool has one.
    pub const fn for_state(&self, state: AuthState) -> Option<&RoleArn> {
        match state {
            AuthState::Authenticated => self.authenticated.as_ref(),
            AuthState::Guest => self.unauthenticated.as_ref(),
        }
    }
}

/// Every role that these settings can hand out, each once. A token can name others.
pub fn handed_out<'a>(roles: &'a Roles, mappings: &'a BTreeMap<String, RoleMapping>) -> Vec<&'a RoleArn> {
    let of_states = [&roles.authenticated, &roles.unauthenticated].into_iter().flatten();
    let of_rules = mappings.values().flat_map(RoleMapping::rules).map(|rule| &rule.role);
    let mut all: Vec<&RoleArn> = Vec::new();
    for role in of_states.chain(of_rules) {
        if !all.contains(&role) {
            all.push(role);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_no_uuid_is_an_id_all_the_same() {
        assert!(IdentityPoolId::parse("us-east-1:1234567890abcdef").is_ok());
    }

    #[test]
    fn an_id_outside_the_pattern_is_refused() {
        let long = format!("us-east-1:{}", "a".repeat(46));
        for text in ["", "us-east-1", ":abc", "us-east-1:", "us-east-1:XYZ", "us east:abc", long.as_str()] {
            assert!(IdentityPoolId::parse(text).is_err(), "{text}");
        }
    }
}
