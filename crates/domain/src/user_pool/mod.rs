//! User pools: who may sign in, and the tokens that say so.

pub mod client;
pub mod failures;
pub mod keys;
pub mod password;
pub mod pool;
pub mod token;
pub mod user;
