//! Bytes in, bytes out: what the door answers to whom.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod access;
mod audit;
mod bucket_rules;
mod buckets;
mod conditional;
mod constraints;
mod copying;
mod cross_origin;
mod deleting;
mod discovery;
mod golden;
mod guests;
mod hosts;
mod identity_pools;
mod ledger;
mod listing;
mod logins;
mod malformed;
mod many_keys;
mod own_prefix;
mod presigned;
mod query;
mod reading;
mod refresh;
mod refused_s3;
mod roles;
mod secrecy;
mod sign_in;
mod signatures;
mod signed_chunks;
mod support;
mod upload;
mod user_pool_clients;
mod user_pools;
mod users;
