//! Making and finding users, and giving them passwords.

use super::{Refusal, pools, sign_out};
use crate::House;
use domain::entropy::{Entropy, draw_uuid};
use domain::records::{Revocations, Stop, UserPools, UserSessions, refuse};
use domain::time::Timestamp;
use domain::user_pool::password::PasswordHash;
use domain::user_pool::pool::UserPoolId;
use domain::user_pool::schema::conform;
use domain::user_pool::user::{AttributeName, User, UserStatus, Username};
use std::collections::BTreeMap;

/// A user as an administrator asks for one.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The pool they belong to.
    pub pool: UserPoolId,
    /// Their name.
    pub username: Username,
    /// Their attributes.
    pub attributes: BTreeMap<AttributeName, String>,
    /// What their password is checked against.
    pub password: PasswordHash,
    /// Where their account stands.
    pub status: UserStatus,
}

/// Makes a user of a pool.
pub fn create(
    records: &mut impl UserPools,
    new: &NewUser,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<User, Stop<Refusal>> {
    pools::find(records, &new.pool)?;
    if records.user(&new.pool, &new.username)?.is_some() {
        return refuse(Refusal::UserExists(new.username.clone()));
    }
    let mut attributes = BTreeMap::new();
    for (name, value) in &new.attributes {
        match conform(name, value) {
            Ok(value) => attributes.insert(name.clone(), value),
            Err(bad) => return refuse(Refusal::Attribute(bad)),
        };
    }
    let user = User {
        pool: new.pool.clone(),
        username: new.username.clone(),
        sub: draw_uuid(entropy).to_string(),
        attributes,
        password: new.password.clone(),
        password_since: now,
        status: new.status,
        is_enabled: true,
        created: now,
        modified: now,
    };
    records.put_user(&user);
    Ok(user)
}

/// Finds a user of a pool.
pub fn find(records: &mut impl UserPools, pool: &UserPoolId, name: &Username) -> Result<User, Stop<Refusal>> {
    pools::find(records, pool)?;
    match records.user(pool, name)? {
        Some(user) => Ok(user),
        None => refuse(Refusal::NoSuchUser),
    }
}

/// Gives a user another password and signs them out everywhere: whoever signed in with the old one has to sign in again.
pub fn set_password(
    records: &mut (impl UserPools + UserSessions + Revocations),
    house: &House,
    (pool, name): (&UserPoolId, &Username),
    (password, status): (&PasswordHash, UserStatus),
    now: Timestamp,
) -> Result<(), Stop<Refusal>> {
    let user = find(records, pool, name)?;
    let pool = pools::find(records, pool)?;
    sign_out::everywhere(records, house, (&pool, &user), now)?;
    records.put_user(&User {
        password: password.clone(),
        password_since: now,
        status,
        modified: now,
        ..user
    });
    Ok(())
}
