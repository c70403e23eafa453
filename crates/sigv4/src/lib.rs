//! AWS Signature Version 4: verifying requests, signing them, and the framing of signed uploads.
//!
//! A server asks [`Presented::of`] once what a request shows, finds the secret of the access key that is named,
//! and calls [`Signed::verify`]; a client calls [`sign`] or [`presign`]. Bodies that arrive `aws-chunked` go through
//! [`chunk::Decoder`], and what they claim to hold is checked with [`payload::Sha256`] and [`checksum`].
//!
//! Nothing here reads a clock: time is an argument, in whole seconds since the Unix epoch. Source of the rules:
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>.

pub mod authorization;
pub mod canonical;
pub mod checksum;
pub mod chunk;
mod date;
mod head;
pub mod payload;
mod presented;
pub mod query;
mod refused;
mod sign;
mod signing_key;
mod verify;

pub use authorization::{Authorization, Malformed, Scope};
pub use head::RequestHead;
pub use payload::PayloadHash;
pub use presented::{Form, Presented, Signed};
pub use refused::Refused;
pub use sign::{Credentials, Signer, presign, sign};
pub use signing_key::{SecretKeyRef, SigningKey};
pub use verify::{Expected, Rules, Verified};
