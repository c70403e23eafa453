//! Roles, users, groups, managed policies, access keys, sessions and revocations.

pub mod access_key;
pub mod entity;
pub mod group;
pub mod id;
pub mod key_ring;
pub mod managed_policy;
pub mod path;
pub mod principal;
pub mod provider;
pub mod revocation;
pub mod role;
pub mod session;
pub mod session_policy;
pub mod user;
