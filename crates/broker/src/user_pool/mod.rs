//! User pools: making them with their clients and users, and signing in.

pub mod clients;
pub mod pools;
pub mod refresh;
pub mod sign_in;
pub mod sign_out;
pub mod users;

use crate::identity_pool::self_written::DecidesBy;
use domain::user_pool::client::ClientId;
use domain::user_pool::pool::UserPoolId;
use domain::user_pool::schema::BadValue;
use domain::user_pool::user::Username;

/// Why nothing was done to a user pool, or to something in it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is a pool of this id.
    #[error("a user pool `{0}` exists already")]
    PoolExists(UserPoolId),
    /// There is no such pool.
    #[error("there is no user pool `{0}`")]
    NoSuchPool(UserPoolId),
    /// There is a client of this id.
    #[error("a client `{0}` exists already")]
    ClientExists(ClientId),
    /// Users would choose their role or their tags through the client.
    #[error("{0}")]
    SelfWritten(DecidesBy),
    /// The pool has no such client.
    #[error("there is no client `{0}`")]
    NoSuchClient(ClientId),
    /// There is a user of this name.
    #[error("a user `{0}` exists already")]
    UserExists(Username),
    /// The pool has no user of this name. It is not said again: it may be a password in the wrong field.
    #[error("there is no such user")]
    NoSuchUser,
    /// An attribute cannot have the value that it was given.
    #[error("{0}")]
    Attribute(BadValue),
}
