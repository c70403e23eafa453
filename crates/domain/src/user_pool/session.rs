//! Sign-ins that are remembered, so that they can be gone on with and ended, and the tokens that go on with them.

use crate::entropy::Entropy;
use crate::iam::revocation::Generation;
use crate::seal::{NotSealed, SealingKey};
use crate::secret::Secret;
use crate::text::text;
use crate::time::Timestamp;
use crate::user_pool::client::{Client, ClientId};
use crate::user_pool::pool::UserPoolId;
use crate::user_pool::user::{User, Username};
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

text!(
    /// The name of a session: a UUID, the `origin_jti` of all its tokens.
    SessionId,
    "a session id",
    |text| uuid::Uuid::try_parse(text).is_ok()
);

impl SessionId {
    /// Draws a new name.
    pub fn draw(entropy: &dyn Entropy) -> Self {
        Self(crate::entropy::draw_uuid(entropy).to_string())
    }
}

/// The most sessions of one user. A sign-in beyond them ends the oldest.
pub const MOST_SESSIONS: usize = 100;

/// A sign-in of a user through a client. It ends when its record is gone; its refresh token is then good for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSession {
    /// Its name.
    pub id: SessionId,
    /// The pool of the user.
    pub pool: UserPoolId,
    /// The client that the user signed in through; no other may go on with it.
    pub client: ClientId,
    /// The user's name.
    pub username: Username,
    /// The user's subject, by which a namesake is told apart who was made after them.
    pub sub: String,
    /// When the user proved who they are (`auth_time`).
    pub signed_in: Timestamp,
    /// How many revocations there had been then: a later one that means it ends it.
    #[serde(default)]
    pub generation: Generation,
    /// When its refresh token ends.
    pub expires: Timestamp,
}

impl UserSession {
    /// A session that begins now, as if before all revocations.
    pub fn begin(user: &User, client: &Client, now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self {
            id: SessionId::draw(entropy),
            pool: user.pool.clone(),
            client: client.id.clone(),
            username: user.username.clone(),
            sub: user.sub.clone(),
            signed_in: now,
            generation: Generation::default(),
            expires: now.after(client.lives.of_refresh()),
        }
    }

    /// Whether it is over.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.expires
    }

    /// Its refresh token.
    pub fn refresh_token(
        &self,
        sealing: &SealingKey,
        entropy: &dyn Entropy,
    ) -> Result<RefreshToken, NotSealed> {
        let claim = RefreshClaim { session: self.id.clone(), username: self.username.clone() };
        let text = serde_json::to_vec(&claim).map_err(|_| NotSealed)?;
        let sealed = sealing.seal(&text, binding(&self.pool, &self.client).as_bytes(), entropy)?;
        Ok(RefreshToken::new(BASE64URL_NOPAD.encode(&sealed)))
    }
}

/// What goes on with a session. It is sealed for one pool and client, and says nothing to whoever holds it.
pub struct RefreshToken(Secret<String>);

/// Which session a refresh token goes on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshClaim {
    /// The session.
    pub session: SessionId,
    /// The user whose it is.
    pub username: Username,
}

impl RefreshToken {
    /// A token as somebody shows it.
    pub const fn new(text: String) -> Self {
        Self(Secret::new(text))
    }

    /// The token itself.
    pub const fn reveal(&self) -> &String {
        self.0.reveal()
    }

    /// Opens it, if it was made for this client by this server.
    pub fn open(&self, client: &Client, sealing: &SealingKey) -> Result<RefreshClaim, NotSealed> {
        let sealed = BASE64URL_NOPAD.decode(self.reveal().as_bytes()).map_err(|_| NotSealed)?;
        let text = sealing.open(&sealed, binding(&client.pool, &client.id).as_bytes())?;
        serde_json::from_slice(&text).map_err(|_| NotSealed)
    }
}

fn binding(pool: &UserPoolId, client: &ClientId) -> String {
    format!("refresh-token {pool} {client}")
}
