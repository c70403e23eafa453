//! Bytes in, bytes out: what the door answers to whom.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod access;
mod audit;
mod constraints;
mod cross_origin;
mod golden;
mod ledger;
mod listing;
mod logins;
mod malformed;
mod reading;
mod refused_s3;
mod secrecy;
mod sign_in;
mod support;
mod upload;
