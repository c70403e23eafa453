//! User pools: making them, and signing in.

pub mod create;
pub mod sign_in;
