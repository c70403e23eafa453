//! Who asks, which role they may take on, and what they may do.

pub mod access;
pub mod access_keys;
pub mod assume;
pub mod assume_role;
pub mod attachments;
pub mod authenticate;
mod aws_managed;
mod carried;
pub mod circumstances;
pub mod groups;
pub mod inline;
pub mod lint;
mod listing;
pub mod long_term;
pub mod managed_policies;
pub mod passed;
pub mod policies;
pub mod policy_listing;
pub mod principals;
pub mod resource;
pub mod revocations;
pub mod role_policies;
pub mod roles;
pub mod summary;
pub mod users;
pub mod web_identity;
