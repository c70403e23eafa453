//! An app client of a user pool.

use crate::entropy::{Entropy, draw_text};
use crate::seal::{NotSealed, SealingKey};
use crate::secret::Secret;
use crate::text::{all, is_word, text};
use crate::time::Timestamp;
use crate::user_pool::lives::TokenLives;
use crate::user_pool::pool::UserPoolId;
use crate::user_pool::user::Username;
use aws_lc_rs::hmac;
use data_encoding::BASE64;
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
        Self(draw_text(entropy, LETTERS, 26))
    }
}

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";

text!(
    /// A client's name, 1 to 128 characters; it need not be unique.
    ClientName,
    "a client name",
    |text| all(text, 128, |byte| is_word(byte) || byte.is_ascii_whitespace() || b"+=,.@-".contains(&byte))
);

/// A way to sign in that a client may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AuthFlow {
    /// The password is sent in the request.
    #[serde(rename = "ALLOW_USER_PASSWORD_AUTH")]
    UserPassword,
    /// A refresh token is sent in the request.
    #[serde(rename = "ALLOW_REFRESH_TOKEN_AUTH")]
    RefreshToken,
}

/// An app client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its id, unique on this server; the `aud` of its ID tokens.
    pub id: ClientId,
    /// The pool whose users sign in.
    pub pool: UserPoolId,
    /// Its name, for people.
    pub name: ClientName,
    /// Its secret, if it has one: then whoever signs in through it must know it.
    pub secret: Option<SealedClientSecret>,
    /// The ways to sign in that it may use; `None` where nobody said, which leaves AWS's default.
    pub auth_flows: Option<Vec<AuthFlow>>,
    /// Whether an unknown user and a wrong password get the same answer (`PreventUserExistenceErrors`).
    pub hides_missing_users: bool,
    /// How long its tokens live.
    pub lives: TokenLives,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
}

impl Client {
    /// Whether users may sign in through it in this way. AWS's default allows refreshing, and sign-ins without the
    /// password in the request, of which none is served.
    pub fn allows(&self, flow: AuthFlow) -> bool {
        match &self.auth_flows {
            Some(flows) => flows.contains(&flow),
            None => flow == AuthFlow::RefreshToken,
        }
    }

    /// Whether somebody knows its secret: what they show for a username must be the base64 of
    /// HMAC-SHA256(secret, username and client id). Source: Cognito developer guide, "Computing secret hash values".
    pub fn check_secret(
        &self,
        username: &Username,
        shown: Option<&str>,
        sealing: &SealingKey,
    ) -> Result<(), SecretUnproven> {
        let (secret, shown) = match (&self.secret, shown) {
            (None, None) => return Ok(()),
            (Some(_), None) => return Err(SecretUnproven::NotShown(self.id.clone())),
            (None, Some(_)) => return Err(SecretUnproven::Wrong(self.id.clone())),
            (Some(secret), Some(shown)) => (secret, shown),
        };
        let secret = secret.open(&self.id, sealing).map_err(|_| SecretUnproven::Damaged(self.id.clone()))?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.reveal().as_bytes());
        let hash = BASE64.decode(shown.as_bytes()).unwrap_or_default();
        let signed = [username.as_str(), self.id.as_str()].concat();
        hmac::verify(&key, signed.as_bytes(), &hash).map_err(|_| SecretUnproven::Wrong(self.id.clone()))
    }
}

/// Why somebody is not taken to know a client's secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretUnproven {
    /// The client has a secret and they showed nothing.
    #[error("client `{0}` has a secret, and nobody showed that they know it")]
    NotShown(ClientId),
    /// What they showed is not made with the client's secret, or the client has none.
    #[error("what was shown is not made with the secret of client `{0}`")]
    Wrong(ClientId),
    /// The secret does not open with this server's keys.
    #[error("the secret of client `{0}` does not open with this server's keys")]
    Damaged(ClientId),
}

/// A client's secret, sealed so that it opens only for this client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedClientSecret(String);

impl SealedClientSecret {
    /// Draws a secret of 52 lower-case letters and digits, as AWS does.
    pub fn draw(client: &ClientId, sealing: &SealingKey, entropy: &dyn Entropy) -> Result<Self, NotSealed> {
        let secret = Secret::new(draw_text(entropy, LETTERS, 52));
        let sealed = sealing.seal(secret.reveal().as_bytes(), binding(client).as_bytes(), entropy)?;
        Ok(Self(BASE64.encode(&sealed)))
    }

    /// The secret itself.
    pub fn open(&self, client: &ClientId, sealing: &SealingKey) -> Result<Secret<String>, NotSealed> {
        let sealed = BASE64.decode(self.0.as_bytes()).map_err(|_| NotSealed)?;
        let secret = sealing.open(&sealed, binding(client).as_bytes())?;
        String::from_utf8(secret).map(Secret::new).map_err(|_| NotSealed)
    }
}

fn binding(client: &ClientId) -> String {
    format!("client-secret {client}")
}
