//! The tables of the nouns that `domain` remembers: one file for each subject, one trait of
//! [`domain::records`] in each.

mod iam;
mod identity_pool;
mod login_provider;
mod revocation;
mod s3;
mod user_pool;
