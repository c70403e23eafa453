//! A user pool with a client and a user.

use crate::entropy::Counting;
use crate::keys::RsaKey;
use crate::{NOW, account};
use domain::secret::Secret;
use domain::user_pool::client::{AuthFlow, Client, ClientId, ClientName};
use domain::user_pool::keys::PoolKeys;
use domain::user_pool::lives::TokenLives;
use domain::user_pool::password::PasswordHash;
use domain::user_pool::policy::PasswordPolicy;
use domain::user_pool::pool::{Issuers, UserPool, UserPoolId, UserPoolName};
use domain::user_pool::user::{AttributeName, User, UserStatus, Username};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The password of [`user`].
pub const PASSWORD: &str = "Passw0rd!";

/// How user pools are named: in AWS's form alone.
pub fn issuers() -> Issuers {
    Issuers::new(&account().region, None)
}

/// The user pool `us-east-1_AbCdEfGhI`, whose keys are sealed with [`sealing_key`](crate::keys::sealing_key).
pub fn user_pool() -> UserPool {
    static POOL: LazyLock<UserPool> =
        LazyLock::new(|| pool("us-east-1_AbCdEfGhI", RsaKey::IdTokens, RsaKey::AccessTokens));
    POOL.clone()
}

/// Another user pool of the same region, `us-east-1_Stranger0`, which signs with [`RsaKey::Stranger`].
pub fn other_user_pool() -> UserPool {
    pool("us-east-1_Stranger0", RsaKey::Stranger, RsaKey::Stranger)
}

fn pool(id: &str, id_key: RsaKey, access_key: RsaKey) -> UserPool {
    let entropy = Counting::new();
    let id = UserPoolId::parse(id).unwrap();
    let keys = PoolKeys { id: id_key.of_pool(&id, &entropy), access: access_key.of_pool(&id, &entropy) };
    UserPool {
        id,
        name: UserPoolName::parse("people").unwrap(),
        keys,
        policy: PasswordPolicy::default(),
        keeps_credentials: false,
        created: NOW,
        modified: NOW,
    }
}

/// The hash of a password that keeps to the rules of [`user_pool`].
pub fn hash_of(password: &str) -> PasswordHash {
    let accepted = PasswordPolicy::default().accept(Secret::new(password.to_owned())).unwrap();
    accepted.hash(&Counting::new()).unwrap()
}

/// A client of [`user_pool`] without a secret, that signs in with passwords and refreshes, and whose tokens live as long
/// as AWS's.
pub fn client() -> Client {
    Client {
        id: ClientId::parse("1example23456789abcdefghij").unwrap(),
        pool: user_pool().id,
        name: ClientName::parse("web").unwrap(),
        secret: None,
        auth_flows: Some(vec![AuthFlow::UserPassword, AuthFlow::RefreshToken]),
        write_attributes: None,
        hides_missing_users: true,
        lives: TokenLives::new(Default::default(), Default::default(), Default::default()).unwrap(),
        created: NOW,
        modified: NOW,
    }
}

/// Another client of [`user_pool`], which [`identity_pool`](crate::identity_pool::identity_pool) does not list.
pub fn other_client() -> Client {
    let id = ClientId::parse("2unlisted3456789abcdefghij").unwrap();
    Client { id, name: ClientName::parse("other").unwrap(), ..client() }
}

/// The user `alice` of [`user_pool`], whose password is [`PASSWORD`].
pub fn user() -> User {
    // Hashing a password is slow on purpose, and one test may ask for the user many times.
    static USER: LazyLock<User> = LazyLock::new(|| User {
        pool: user_pool().id,
        username: Username::parse("alice").unwrap(),
        sub: "a11ce000-0000-4000-8000-000000000001".to_owned(),
        attributes: BTreeMap::from([
            (AttributeName::parse("email").unwrap(), "alice@example.com".to_owned()),
            (AttributeName::parse("email_verified").unwrap(), "true".to_owned()),
        ]),
        password: hash_of(PASSWORD),
        password_since: NOW,
        status: UserStatus::Confirmed,
        is_enabled: true,
        created: NOW,
        modified: NOW,
    });
    USER.clone()
}
