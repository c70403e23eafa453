//! Ending what a user signed in to.

use crate::House;
use crate::iam::revocations::revoke;
use domain::iam::revocation::Revocable;
use domain::identity_pool::login::LoginKey;
use domain::records::{Read, Revocations, UserSessions};
use domain::time::Timestamp;
use domain::user_pool::pool::UserPool;
use domain::user_pool::session::MOST_SESSIONS;
use domain::user_pool::user::User;

/// Signs a user out everywhere: what they signed in to cannot be gone on with, and, unless the pool is told otherwise, the
/// credentials that identity pools gave for their login are revoked. So it is, too, for one who is disabled or deleted.
pub fn everywhere(
    records: &mut (impl UserSessions + Revocations),
    house: &House,
    (pool, user): (&UserPool, &User),
    now: Timestamp,
) -> Read<()> {
    let has_signed_in = end_sign_ins(records, user)?;
    // Who never signed in, or was signed out since, has nothing that could be revoked.
    if pool.keeps_credentials || !has_signed_in {
        return Ok(());
    }
    revoke(records, [Revocable::Login(login_of(house, user))], now)
}

/// Revokes everything that was issued to a user, whatever their pool is told.
pub fn revoke_user(
    records: &mut (impl UserSessions + Revocations),
    house: &House,
    user: &User,
    now: Timestamp,
) -> Read<()> {
    end_sign_ins(records, user)?;
    revoke(records, [Revocable::Login(login_of(house, user))], now)
}

/// The login by which identity pools know a user.
pub fn login_of(house: &House, user: &User) -> LoginKey {
    LoginKey::of_user_pool(&user.pool, &house.account.region, &user.sub)
}

/// Ends what a user signed in to, and says whether there was any of it.
fn end_sign_ins(records: &mut impl UserSessions, user: &User) -> Read<bool> {
    let sessions = records.user_sessions(&user.pool, &user.username, MOST_SESSIONS)?;
    sessions.iter().for_each(|session| records.delete_user_session(session));
    Ok(!sessions.is_empty())
}
