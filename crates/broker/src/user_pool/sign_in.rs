//! Signing in with a password.
//!
//! It takes three steps, because hashing a password is too slow for a transaction: [`begin`] finds out whom and what to
//! check, the caller hashes, and [`succeed`] or [`fail`] remembers how it ended.

use domain::entropy::Entropy;
use domain::records::{Read, Stop, UserPools, refuse};
use domain::time::Timestamp;
use domain::user_pool::client::{AuthFlow, Client, ClientId};
use domain::user_pool::failures::{Network, NetworkFailures, UserFailures};
use domain::user_pool::keys::PoolKeys;
use domain::user_pool::password::PasswordHash;
use domain::user_pool::token::SignIn;
use domain::user_pool::user::{User, UserStatus, Username};
use std::net::IpAddr;

/// Why a sign-in is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefused {
    /// There is no such client.
    #[error("there is no client `{0}`")]
    NoSuchClient(ClientId),
    /// The client may not use this flow.
    #[error("the client may not sign users in by password")]
    FlowNotEnabled,
    /// The user or the network they come from failed too often lately.
    #[error("too many failed attempts lately")]
    TooManyFailures {
        /// Whether somebody has the name that was given; never for the caller.
        is_known: bool,
    },
    /// There is no such user, and the client does not hide that.
    #[error("there is no such user")]
    NoSuchUser,
    /// The password is wrong, or there is no such user and the client hides that.
    #[error("wrong username or password")]
    WrongPassword,
}

/// Somebody at the door: whom they say they are, and what their password is checked against.
pub struct Attempt {
    client: Client,
    username: Username,
    network: Option<Network>,
    user: Option<User>,
}

impl Attempt {
    /// Whether somebody has the name that was given.
    pub const fn is_known(&self) -> bool {
        self.user.is_some()
    }

    /// What the password is checked against; for somebody unknown, a hash that costs as much and never matches.
    pub fn password(&self) -> PasswordHash {
        self.user.as_ref().map_or_else(PasswordHash::of_nobody, |user| user.password.clone())
    }
}

/// Somebody who signed in.
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The client they used.
    pub client: Client,
    /// The keys of their pool.
    pub keys: PoolKeys,
    /// What the tokens have in common.
    pub sign_in: SignIn,
}

/// Finds the client and the user, unless one of them has to wait.
pub fn begin(
    records: &mut impl UserPools,
    client: &ClientId,
    username: &Username,
    address: IpAddr,
    now: Timestamp,
) -> Result<Attempt, Stop<SignInRefused>> {
    let Some(client) = records.client(client)? else {
        return refuse(SignInRefused::NoSuchClient(client.clone()));
    };
    if !client.auth_flows.contains(&AuthFlow::UserPassword) {
        return refuse(SignInRefused::FlowNotEnabled);
    }
    let user = records.user(&client.pool, username)?;
    let of_user = records.user_failures(&client.pool, username)?;
    let network = Network::of(address);
    let of_network = network.map(|network| records.network_failures(network)).transpose()?.flatten();
    if of_user.is_some_and(|failures| failures.still_block(now))
        || of_network.is_some_and(|failures| failures.still_block(now))
    {
        return refuse(SignInRefused::TooManyFailures { is_known: user.is_some() });
    }
    Ok(Attempt { client, username: username.clone(), network, user })
}

/// Counts a failure for the user and for the network, and says how to refuse. A failure is counted for a name that
/// nobody has as well, so that waiting tells nothing either.
pub fn fail(records: &mut impl UserPools, attempt: &Attempt, now: Timestamp) -> Read<SignInRefused> {
    let (pool, name) = (&attempt.client.pool, &attempt.username);
    let failures = UserFailures::and_one_more(records.user_failures(pool, name)?, now);
    records.put_user_failures(pool, name, Some(&failures));
    if let Some(network) = attempt.network {
        let failures = NetworkFailures::and_one_more(records.network_failures(network)?, now);
        records.put_network_failures(network, &failures);
    }
    let tells = attempt.user.is_none() && !attempt.client.hides_missing_users;
    Ok(if tells { SignInRefused::NoSuchUser } else { SignInRefused::WrongPassword })
}

/// Signs the user in whose password was right, unless they changed or vanished meanwhile.
pub fn succeed(
    records: &mut impl UserPools,
    attempt: &Attempt,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<SignedIn, Stop<SignInRefused>> {
    let pool = records.user_pool(&attempt.client.pool)?;
    let user = records.user(&attempt.client.pool, &attempt.username)?;
    let unchanged =
        |user: &User| attempt.user.as_ref().is_some_and(|checked| checked.password == user.password);
    let (Some(pool), Some(user)) = (pool, user.filter(unchanged)) else {
        return refuse(SignInRefused::WrongPassword);
    };
    match user.status {
        UserStatus::Confirmed => {}
    }
    if records.user_failures(&attempt.client.pool, &attempt.username)?.is_some() {
        records.put_user_failures(&attempt.client.pool, &attempt.username, None);
    }
    Ok(SignedIn { user, client: attempt.client.clone(), keys: pool.keys, sign_in: SignIn::now(entropy, now) })
}
