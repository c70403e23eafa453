//! Buckets and objects.

pub mod bucket;
pub mod object;
