//! An app client of a user pool.

use crate::entropy::{Entropy, draw_text};
use crate::text::{all, is_word, text};
use crate::time::{Span, Timestamp};
use crate::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};

text!(
    /// A client's id: 1 to 128 letters, digits, underscores or plus signs.
    ClientId,
    "a client id",
    |text| all(text, 128, |byte| is_word(byte) || byte == b'+')
);

impl ClientId {
    /// Draws a new id of 26 lower-case letters and digits, as AWS does.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(draw_text(entropy, b"abcdefghijklmnopqrstuvwxyz0123456789", 26))
    }
}

/// A way to sign in that a client may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthFlow {
    /// The password is sent in the request.
    #[serde(rename = "ALLOW_USER_PASSWORD_AUTH")]
    UserPassword,
}

/// An app client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its id, unique on this server; the `aud` of its ID tokens.
    pub id: ClientId,
    /// The pool whose users sign in.
    pub pool: UserPoolId,
    /// Its name, for people.
    pub name: String,
    /// The ways to sign in that it may use.
    pub auth_flows: Vec<AuthFlow>,
    /// Whether an unknown user and a wrong password get the same answer (`PreventUserExistenceErrors`).
    pub hides_missing_users: bool,
    /// How long its ID and access tokens live.
    pub token_life: Span,
    /// When it was made.
    pub created: Timestamp,
}
