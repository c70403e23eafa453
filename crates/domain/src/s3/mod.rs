//! Buckets and objects.

pub mod bucket;
pub mod cors;
pub mod object;
