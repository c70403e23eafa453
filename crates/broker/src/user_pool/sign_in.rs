//! Signing in with a password.
//!
//! It takes three steps, because hashing a password is too slow for a transaction: [`begin`] finds out whom and what to
//! check, the caller hashes, and [`succeed`] or [`fail`] remembers how it ended.

use super::sign_out::login_of;
use crate::House;
use crate::iam::revocations::{MayIssue, NotIssued, may_issue, moment_of_issue};
use domain::entropy::Entropy;
use domain::iam::revocation::Revocable;
use domain::network::Network;
use domain::records::{Read, Revocations, Stop, UserPools, UserSessions, refuse};
use domain::seal::SealingKey;
use domain::time::Timestamp;
use domain::user_pool::client::{AuthFlow, Client, ClientId, SecretUnproven};
use domain::user_pool::failures::{NetworkFailures, UserFailures, network_of};
use domain::user_pool::keys::PoolKeys;
use domain::user_pool::password::PasswordHash;
use domain::user_pool::pool::UserPool;
use domain::user_pool::session::{MOST_SESSIONS, UserSession};
use domain::user_pool::token::Issue;
use domain::user_pool::user::{User, UserStatus, Username};
use std::net::IpAddr;

/// Why a sign-in is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignInRefused {
    /// There is no such client.
    #[error("there is no client `{0}`")]
    NoSuchClient(ClientId),
    /// Nobody showed that they know the client's secret.
    #[error("{0}")]
    Secret(SecretUnproven),
    /// The client may not use this flow.
    #[error("the client may not sign users in by {}", match .0 {
        AuthFlow::UserPassword => "password",
        AuthFlow::RefreshToken => "refresh token",
    })]
    FlowNotEnabled(AuthFlow),
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
    /// An administrator does not let the user sign in.
    #[error("the user is disabled")]
    Disabled,
    /// An operator stopped it.
    #[error("{0}")]
    NotIssued(NotIssued),
    /// The password is right and temporary, and was not changed in time.
    #[error("the temporary password has expired")]
    TemporaryPasswordExpired,
    /// The password is right and temporary, and has to be changed first.
    #[error("the temporary password has to be changed first")]
    MustChangePassword,
    /// The refresh token is not one of this client, or goes on with nothing that is remembered.
    #[error("the refresh token is not good for this client: {0}")]
    InvalidToken(&'static str),
    /// The refresh token has come to its end.
    #[error("the refresh token has expired")]
    TokenExpired,
}

/// Who wants to sign in, through which client and from where.
pub struct Asked<'a> {
    /// The client.
    pub client: &'a ClientId,
    /// The name.
    pub username: &'a Username,
    /// What is shown for the client's secret.
    pub secret_hash: Option<&'a str>,
    /// The address that it comes from.
    pub address: IpAddr,
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
    /// What can be gone on with.
    pub session: UserSession,
    /// What the tokens have in common.
    pub issue: Issue,
}

/// Finds the client and the user, unless one of them has to wait.
pub fn begin(
    records: &mut impl UserPools,
    asked: &Asked<'_>,
    sealing: &SealingKey,
    now: Timestamp,
) -> Result<Attempt, Stop<SignInRefused>> {
    let &Asked { username, address, .. } = asked;
    let (client, _) = client_and_pool(records, asked.client)?;
    if let Err(unproven) = client.check_secret(username, asked.secret_hash, sealing) {
        return refuse(SignInRefused::Secret(unproven));
    }
    if !client.allows(AuthFlow::UserPassword) {
        return refuse(SignInRefused::FlowNotEnabled(AuthFlow::UserPassword));
    }
    let user = records.user(&client.pool, username)?;
    let of_user = records.user_failures(&client.pool, username)?;
    let network = network_of(address);
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
    records: &mut (impl UserPools + UserSessions + Revocations),
    house: &House,
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
    if !user.is_enabled {
        return refuse(SignInRefused::Disabled);
    }
    let generation = must_be_free(records, house, &user)?.generation();
    match user.status {
        UserStatus::Confirmed => {}
        UserStatus::ForceChangePassword => {
            let end = user.password_since.after(pool.policy.temporary_life());
            let is_over = now >= end;
            return refuse(if is_over {
                SignInRefused::TemporaryPasswordExpired
            } else {
                SignInRefused::MustChangePassword
            });
        }
    }
    if records.user_failures(&attempt.client.pool, &attempt.username)?.is_some() {
        records.put_user_failures(&attempt.client.pool, &attempt.username, None);
    }
    let client = attempt.client.clone();
    let session = UserSession { generation, ..UserSession::begin(&user, &client, now, entropy) };
    remember(records, &session, now)?;
    let issue = issue_of(records, house, (&user, &session), now, entropy)?;
    Ok(SignedIn { user, client, keys: pool.keys, session, issue })
}

/// What the tokens of a session have in common that are issued now.
pub(super) fn issue_of(
    records: &mut impl Revocations,
    house: &House,
    (user, session): (&User, &UserSession),
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Read<Issue> {
    let issued = moment_of_issue(records, &Revocable::of_login(&login_of(house, user)), now)?;
    Ok(Issue::of(session, issued, entropy))
}

/// Refuses to issue tokens to somebody to whom no credentials would be issued for them.
pub(super) fn must_be_free(
    records: &mut impl Revocations,
    house: &House,
    user: &User,
) -> Result<MayIssue, Stop<SignInRefused>> {
    match may_issue(records, &Revocable::of_login(&login_of(house, user))) {
        Ok(may_issue) => Ok(may_issue),
        Err(Stop::Refused(no)) => refuse(SignInRefused::NotIssued(no)),
        Err(Stop::Unready(unready)) => Err(unready.into()),
    }
}

/// The client of this id, if its pool is still there.
pub(super) fn client_and_pool(
    records: &mut impl UserPools,
    id: &ClientId,
) -> Result<(Client, UserPool), Stop<SignInRefused>> {
    if let Some(client) = records.client(id)?
        && let Some(pool) = records.user_pool(&client.pool)?
    {
        return Ok((client, pool));
    }
    refuse(SignInRefused::NoSuchClient(id.clone()))
}

/// Remembers a session. The user's sessions that are over are forgotten, and the oldest if there are too many: what is
/// remembered of a user is bounded, and nothing has to be swept.
fn remember(records: &mut impl UserSessions, session: &UserSession, now: Timestamp) -> Read<()> {
    let past = records.user_sessions(&session.pool, &session.username, MOST_SESSIONS)?;
    let (over, under_way): (Vec<_>, Vec<_>) = past.into_iter().partition(|past| past.is_over(now));
    let surplus = under_way.len() >= MOST_SESSIONS;
    let oldest = under_way.iter().filter(|_| surplus).min_by_key(|past| past.signed_in);
    for past in over.iter().chain(oldest) {
        records.delete_user_session(past);
    }
    records.put_user_session(session);
    Ok(())
}
