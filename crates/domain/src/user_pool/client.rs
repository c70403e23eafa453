//! An app client of a user pool.

use crate::entropy::{Entropy, draw_text};
use crate::seal::{NotSealed, SealingKey};
use crate::secret::Secret;
use crate::text::{NotA, all, is_word, text};
use crate::time::Timestamp;
use crate::user_pool::lives::TokenLives;
use crate::user_pool::pool::UserPoolId;
use crate::user_pool::user::{AttributeName, Username};
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
    /// The attributes that users may write of themselves through it; `None` where nobody said, which leaves AWS's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_attributes: Option<WriteAttributes>,
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

    /// Whether users may themselves write what is the claim of this name. AWS's default allows the standard attributes, all
    /// but those that Cenote vouches for, and no custom one.
    pub fn lets_users_write(&self, claim: &str) -> bool {
        let Ok(name) = AttributeName::parse(claim) else { return false };
        match &self.write_attributes {
            Some(WriteAttributes(names)) => names.contains(&name),
            None => !name.is_custom() && !is_vouched_for(&name),
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

/// Attributes that users may write of themselves: none that says that another one was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct WriteAttributes(Vec<AttributeName>);

impl TryFrom<Vec<String>> for WriteAttributes {
    type Error = NotA;

    fn try_from(names: Vec<String>) -> Result<Self, NotA> {
        let writable = |name: String| {
            let name = AttributeName::try_from(name)?;
            let what = "an attribute that users may write";
            if is_vouched_for(&name) { Err(NotA::new(what, name.as_str())) } else { Ok(name) }
        };
        names.into_iter().map(writable).collect::<Result<_, _>>().map(Self)
    }
}

fn is_vouched_for(name: &AttributeName) -> bool {
    ["email_verified", "phone_number_verified"].contains(&name.as_str())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user_pool::lives::TokenLives;

    fn client(write_attributes: Option<&[&str]>) -> Client {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
        Client {
            id: ClientId::parse("a").unwrap(),
            pool: UserPoolId::parse("us-east-1_AbCdEfGhI").unwrap(),
            name: ClientName::parse("a").unwrap(),
            secret: None,
            auth_flows: None,
            write_attributes: write_attributes.map(|all| names(all).try_into().unwrap()),
            hides_missing_users: true,
            lives: TokenLives::new(Default::default(), Default::default(), Default::default()).unwrap(),
            created: Timestamp::default(),
            modified: Timestamp::default(),
        }
    }

    #[test]
    fn users_write_what_the_client_lists_or_else_what_is_standard() {
        for (listed, claim, writable) in [
            (None, "name", true),
            (None, "email", true),
            (None, "email_verified", false),
            (None, "phone_number_verified", false),
            (None, "custom:tenant", false),
            (None, "sub", false),
            (None, "cognito:groups", false),
            (Some(&["custom:tenant"][..]), "custom:tenant", true),
            (Some(&["custom:tenant"]), "custom:other", false),
            (Some(&["custom:tenant"]), "name", false),
            (Some(&[]), "name", false),
        ] {
            assert_eq!(client(listed).lets_users_write(claim), writable, "{claim} of {listed:?}");
        }
    }

    #[test]
    fn nobody_lists_what_users_may_not_write() {
        for name in ["sub", "email_verified", "phone_number_verified", "cognito:groups", "custom:", ""] {
            assert!(WriteAttributes::try_from(vec![name.to_owned()]).is_err(), "{name}");
        }
    }
}
