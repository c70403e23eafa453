//! User pools: who may sign in, and the tokens that say so.

pub mod client;
pub mod failures;
pub mod keys;
pub mod lives;
pub mod password;
pub mod policy;
pub mod pool;
pub mod schema;
pub mod session;
pub mod token;
pub mod user;
