//! The identity pool of `testkit`, with enough user pools for an identity to have many logins.

use crate::desk::Desk;
use domain::identity_pool::pool::{IdentityPool, UserPoolProvider};
use domain::records::IdentityPools;
use domain::time::Timestamp;
use domain::user_pool::pool::UserPoolId;
use login::VerifiedLogin;
use login::key_set::KeySet;
use login::seen::Seen;
use login::user_pool::{Issuer, verify};
use testkit::identity_pool::{identity_pool, provider};
use testkit::tokens::id_token;
use testkit::user_pool::{client, issuers, user_pool};
use testkit::{NOW, account};

/// How many user pools the identity pool lists.
const POOLS: usize = 60;

/// Desks of either kind whose identity pool is [`family`].
pub(crate) async fn desks() -> [Desk; 2] {
    let desks = Desk::each().await;
    for desk in &desks {
        desk.write(|records| records.put_identity_pool(&family())).await;
    }
    desks
}

/// The identity pool; the first user pool is that of `testkit`.
pub(crate) fn family() -> IdentityPool {
    let listed = |n| UserPoolProvider { user_pool: user_pool_id(n), ..provider(&client()) };
    IdentityPool { user_pools: (0..POOLS).map(listed).collect(), ..identity_pool() }
}

fn user_pool_id(n: usize) -> UserPoolId {
    match n {
        0 => user_pool().id,
        _ => UserPoolId::parse(&format!("us-east-1_Family{n:02}")).unwrap(),
    }
}

/// The login of a user of one of the user pools.
pub(crate) fn login(n: usize, subject: &str) -> VerifiedLogin {
    let id = user_pool_id(n);
    let issuer = Issuer {
        names: issuers().names_of(&id),
        keys: KeySet::of([&user_pool().keys.id.public]),
        pool: id.clone(),
        region: account().region,
        revoked_before: Timestamp::default(),
    };
    let token = id_token().claim("iss", issuers().issuer_of(&id)).claim("sub", subject);
    verify(&token.text(), &issuer, &family(), &Seen::default(), NOW).unwrap()
}

/// One login as all that is shown.
pub(crate) fn alone(login: &VerifiedLogin) -> [VerifiedLogin; 1] {
    [login.clone()]
}
