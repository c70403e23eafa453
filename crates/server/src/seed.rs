//! The seed: what an empty data folder is filled with for development.
//!
//! It goes through the same use cases as the API, and its objects through the API itself, signed by root.

mod apply;
mod file;

pub(crate) use apply::{Applied, apply};
pub(crate) use file::Seed;
