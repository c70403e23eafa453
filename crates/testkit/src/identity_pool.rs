//! An identity pool, a guest and somebody who signed in.

use crate::entropy::Counting;
use crate::keys::{RsaKey, sealing_key};
use crate::user_pool::{client, user};
use crate::{NOW, account, iam};
use domain::identity_pool::identity::{Identity, IdentityId};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::options::PoolOptions;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, IdentityPoolName, Roles, UserPoolProvider};
use domain::identity_pool::token_keys::{TokenKey, TokenKeys};
use domain::tag::Tags;
use domain::user_pool::client::Client;
use std::collections::BTreeMap;

/// The identity pool `us-east-1:1234567890abcdef`: it welcomes guests, lists [`client`] and hands out
/// [`iam::guest_role`] and [`iam::signed_in_role`].
pub fn identity_pool() -> IdentityPool {
    let account = account();
    IdentityPool {
        id: identity_pool_id(),
        name: IdentityPoolName::parse("app").unwrap(),
        welcomes_guests: true,
        classic_flow: None,
        user_pools: vec![provider(&client())],
        public_providers: BTreeMap::new(),
        openid_providers: Vec::new(),
        saml_providers: Vec::new(),
        developer_provider: None,
        roles: Roles {
            authenticated: Some(iam::signed_in_role().arn(&account.id)),
            unauthenticated: Some(iam::guest_role().arn(&account.id)),
        },
        tags: Tags::default(),
        options: PoolOptions::default(),
        role_mappings: BTreeMap::new(),
        principal_tags: BTreeMap::new(),
        created: NOW,
    }
}

/// The id of [`identity_pool`].
pub fn identity_pool_id() -> IdentityPoolId {
    IdentityPoolId::parse("us-east-1:1234567890abcdef").unwrap()
}

/// A client as an identity pool lists it.
pub fn provider(client: &Client) -> UserPoolProvider {
    UserPoolProvider { user_pool: client.pool.clone(), client: client.id.clone(), server_side_check: None }
}

/// An identity of [`identity_pool`] without a login.
pub fn guest() -> Identity {
    identity(Vec::new())
}

/// The identity of [`user`] in [`identity_pool`].
pub fn signed_in() -> Identity {
    identity(vec![LoginKey::of_user_pool(&user().pool, &account().region, &user().sub)])
}

/// The keys of the tokens of identities, sealed with [`sealing_key`]; their certificate is none.
pub fn token_keys() -> TokenKeys {
    let fresh = RsaKey::IdentityTokens.fresh();
    let key = TokenKey::seal(&fresh, "none".to_owned(), &sealing_key(), NOW, &Counting::new());
    TokenKeys::begin(key.unwrap())
}

fn identity(logins: Vec<LoginKey>) -> Identity {
    let entropy = Counting::new();
    let guest = IdentityId::draw(&account(), &entropy);
    let id = if logins.is_empty() { guest } else { IdentityId::draw(&account(), &entropy) };
    Identity::new(id, identity_pool_id(), logins, NOW)
}
