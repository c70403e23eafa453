//! Roles, access keys and sessions.

pub mod access_key;
pub mod key_ring;
pub mod path;
pub mod role;
pub mod session;
pub mod session_policy;
