//! Who asks, which role they may take on, and what they may do.

pub mod access;
pub mod assume;
pub mod attachments;
pub mod authenticate;
mod aws_managed;
mod carried;
pub mod circumstances;
pub mod managed_policies;
pub mod policies;
pub mod policy_listing;
pub mod principals;
pub mod role_policies;
pub mod roles;
pub mod summary;
pub mod web_identity;
