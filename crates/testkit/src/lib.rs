//! For tests only: fixed time, counted randomness, ready-made nouns and forged tokens.
//!
//! Every fixture is the same on every run. A test that needs a variation writes what differs:
//! `IdentityPool { welcomes_guests: false, ..identity_pool() }`.

#![expect(clippy::unwrap_used, reason = "a fixture fails by panicking")]

pub mod entropy;
pub mod iam;
pub mod identity_pool;
pub mod keys;
pub mod s3;
pub mod saml;
pub mod tokens;
pub mod user_pool;

use domain::account::{Account, AccountId, Region};
use domain::time::Timestamp;

/// The moment at which tests happen, `2026-01-02T03:04:05Z`.
pub const NOW: Timestamp = Timestamp::from_secs(1_767_323_045);

/// The account `123456789012` in `us-east-1`.
pub fn account() -> Account {
    Account { id: AccountId::parse("123456789012").unwrap(), region: Region::parse("us-east-1").unwrap() }
}
