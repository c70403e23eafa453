//! Making user pools, clients and users.

use domain::records::{Stop, UserPools, refuse};
use domain::user_pool::client::{Client, ClientId};
use domain::user_pool::pool::{UserPool, UserPoolId};
use domain::user_pool::user::{User, Username};

/// Why nothing was made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateRefused {
    /// There is a pool of this id.
    #[error("a user pool `{0}` exists already")]
    PoolExists(UserPoolId),
    /// There is a client of this id.
    #[error("a client `{0}` exists already")]
    ClientExists(ClientId),
    /// There is a user of this name.
    #[error("a user `{0}` exists already")]
    UserExists(Username),
    /// There is no such pool.
    #[error("there is no user pool `{0}`")]
    NoSuchPool(UserPoolId),
}

/// Makes a user pool.
pub fn create_pool(records: &mut impl UserPools, pool: &UserPool) -> Result<(), Stop<CreateRefused>> {
    if records.user_pool(&pool.id)?.is_some() {
        return refuse(CreateRefused::PoolExists(pool.id.clone()));
    }
    records.put_user_pool(pool);
    Ok(())
}

/// Makes a client of a pool.
pub fn create_client(records: &mut impl UserPools, client: &Client) -> Result<(), Stop<CreateRefused>> {
    if records.user_pool(&client.pool)?.is_none() {
        return refuse(CreateRefused::NoSuchPool(client.pool.clone()));
    }
    if records.client(&client.id)?.is_some() {
        return refuse(CreateRefused::ClientExists(client.id.clone()));
    }
    records.put_client(client);
    Ok(())
}

/// Makes a user of a pool.
pub fn create_user(records: &mut impl UserPools, user: &User) -> Result<(), Stop<CreateRefused>> {
    if records.user_pool(&user.pool)?.is_none() {
        return refuse(CreateRefused::NoSuchPool(user.pool.clone()));
    }
    if records.user(&user.pool, &user.username)?.is_some() {
        return refuse(CreateRefused::UserExists(user.username.clone()));
    }
    records.put_user(user);
    Ok(())
}
