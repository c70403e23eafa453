//! Who asks, which role they may take on, and what they may do.

pub mod access;
pub mod assume;
pub mod authenticate;
mod carried;
pub mod circumstances;
pub mod policies;
pub mod roles;
pub mod web_identity;
