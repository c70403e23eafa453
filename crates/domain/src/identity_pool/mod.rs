//! Identity pools: whom they welcome and who came.

pub mod claims;
pub mod derivation;
pub mod developer;
pub mod identity;
pub mod login;
pub mod merge;
pub mod options;
pub mod pool;
pub mod principal_tag;
pub mod provider;
pub mod role_choice;
pub mod role_mapping;
pub mod token;
pub mod token_keys;
