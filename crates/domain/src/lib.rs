//! Nouns and rules of identity pools, user pools, IAM and S3: pure values, no clock, dice, disk or network.

pub mod account;
pub mod arn;
pub mod budget;
pub mod entropy;
pub mod iam;
pub mod identity_pool;
pub mod network;
pub mod records;
pub mod s3;
pub mod seal;
pub mod secret;
pub mod signing;
pub mod strict_json;
pub mod tag;
pub mod text;
pub mod time;
pub mod user_pool;
