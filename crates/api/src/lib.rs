//! HTTP in, HTTP out: one road for every operation, one file for each.
//!
//! A request comes in at [`router::answer`], which finds the service it is for. [`dispatch`] walks it down the road:
//! decode, check its shape against the model, authorize, run, encode, audit. An operation is a file under its
//! service's folder and fills in only what is its own.

pub mod app;
pub mod audit;
pub mod authority;
mod authorization_message;
pub mod body;
pub mod by_policy;
pub mod cenote;
pub mod cognito_identity;
pub mod cognito_idp;
pub mod dispatch;
pub mod each;
pub mod explanations;
pub mod fault;
pub mod iam;
pub mod operation;
pub mod protocol;
pub mod removal;
pub mod router;
pub mod s3;
pub mod service;
pub mod sts;

mod certificate;
mod cors;
mod discovery;
pub mod guests;
pub mod hashing;
mod json_door;
mod json_words;
pub mod key_making;
pub mod key_uses;
mod members;
mod page;
mod query_door;
mod query_words;
mod signature_words;
pub mod signers;
mod warnings;
