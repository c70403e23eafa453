//! A user of a user pool.

use crate::text::text;
use crate::time::Timestamp;
use crate::user_pool::password::PasswordHash;
use crate::user_pool::pool::UserPoolId;
use crate::user_pool::schema::{STANDARD, SUB};
use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text!(
    /// A username: 1 to 128 characters, none of them blank or a control character.
    Username,
    "a username",
    |text| (1..=128).contains(&text.chars().count())
        && !text.chars().any(|character| character.is_whitespace() || character.is_control())
);

impl Username {
    /// A name as it is kept before anybody is known to have it, because people type their password into the wrong field:
    /// SHA-256 over pool and name, in hexadecimal.
    pub fn hashed(&self, pool: &UserPoolId) -> String {
        let mut hash = digest::Context::new(&digest::SHA256);
        for part in [pool.as_str(), "\0", self.as_str()] {
            hash.update(part.as_bytes());
        }
        HEXLOWER.encode(hash.finish().as_ref())
    }
}

text!(
    /// An attribute's name: one of OpenID Connect's standard claims, or `custom:` and 1 to 20 characters.
    ///
    /// No other name is possible, not even `sub`, which is drawn and never given: so an attribute never takes the place
    /// of a claim that Cenote vouches for.
    AttributeName,
    "an attribute name",
    |text| STANDARD.iter().any(|attribute| attribute.name == text && text != SUB)
        || text.strip_prefix("custom:").is_some_and(|name| {
            (1..=20).contains(&name.chars().count())
                && !name.chars().any(|character| character.is_whitespace() || character.is_control())
        })
);

impl AttributeName {
    /// Whether it is one that a pool's own schema must have.
    pub fn is_custom(&self) -> bool {
        self.as_str().starts_with("custom:")
    }
}

/// Where a user's account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UserStatus {
    /// May sign in.
    Confirmed,
    /// Has a temporary password, and must put one of their own in its place before they may sign in.
    ForceChangePassword,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The pool they belong to.
    pub pool: UserPoolId,
    /// Their name in the pool; never changes.
    pub username: Username,
    /// Their subject: a UUID that is never given to anybody else.
    pub sub: String,
    /// Their attributes by name; values are text, as on the wire.
    pub attributes: BTreeMap<AttributeName, String>,
    /// What their password is checked against.
    pub password: PasswordHash,
    /// When they were given this password.
    pub password_since: Timestamp,
    /// Where their account stands.
    pub status: UserStatus,
    /// Whether an administrator lets them sign in.
    pub is_enabled: bool,
    /// When the account was made.
    pub created: Timestamp,
    /// When the account last changed.
    pub modified: Timestamp,
}
