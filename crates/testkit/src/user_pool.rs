//! A user pool with a client and a user.

use crate::entropy::Counting;
use crate::keys::RsaKey;
use crate::{NOW, account};
use domain::secret::Secret;
use domain::time::Span;
use domain::user_pool::client::{AuthFlow, Client, ClientId};
use domain::user_pool::keys::PoolKeys;
use domain::user_pool::password::PasswordHash;
use domain::user_pool::pool::{Issuers, UserPool, UserPoolId};
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
    UserPool { id, name: "people".to_owned(), keys, created: NOW }
}

/// A client of [`user_pool`] that signs in with passwords and whose tokens live for an hour.
pub fn client() -> Client {
    Client {
        id: ClientId::parse("1example23456789abcdefghij").unwrap(),
        pool: user_pool().id,
        name: "web".to_owned(),
        auth_flows: vec![AuthFlow::UserPassword],
        hides_missing_users: true,
        token_life: Span::from_hours(1),
        created: NOW,
    }
}

/// Another client of [`user_pool`], which [`identity_pool`](crate::identity_pool::identity_pool) does not list.
pub fn other_client() -> Client {
    let id = ClientId::parse("2unlisted3456789abcdefghij").unwrap();
    Client { id, name: "other".to_owned(), ..client() }
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
        password: PasswordHash::of(&Secret::new(PASSWORD.to_owned()), &Counting::new()).unwrap(),
        status: UserStatus::Confirmed,
        created: NOW,
        modified: NOW,
    });
    USER.clone()
}
