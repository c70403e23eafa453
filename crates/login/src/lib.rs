//! Is this token what it claims to be? Answers with a [`VerifiedLogin`] or, where it is a token of this server's identity
//! pools, with a [`identity_pool::VerifiedIdentity`]; neither can be made anywhere else.

pub mod identity_pool;
pub mod jws;
pub mod key_set;
pub mod saml_metadata;
pub mod seen;
pub mod user_pool;

use domain::identity_pool::claims::Claims;
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::IdentityPoolId;
use domain::time::Timestamp;
use domain::user_pool::client::ClientId;
use domain::user_pool::pool::UserPoolId;
use domain::user_pool::user::Username;

/// A login that was proven to this identity pool: the token's signature, issuer, audience and life were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedLogin {
    pool: IdentityPoolId,
    key: LoginKey,
    user_pool: UserPoolId,
    username: Option<Username>,
    client: ClientId,
    issued: Timestamp,
    expires: Timestamp,
    claims: Claims,
}

impl VerifiedLogin {
    /// Who was proven.
    pub const fn key(&self) -> &LoginKey {
        &self.key
    }

    /// The user pool that vouches for them.
    pub const fn user_pool(&self) -> &UserPoolId {
        &self.user_pool
    }

    /// Their name in the user pool, if the token tells it.
    pub const fn username(&self) -> Option<&Username> {
        self.username.as_ref()
    }

    /// The client that the token is made out to.
    pub const fn client(&self) -> &ClientId {
        &self.client
    }

    /// When the token was issued, to within a second.
    pub const fn issued(&self) -> Timestamp {
        self.issued
    }

    /// When the token ends.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// What its token says. Much of it may be what somebody wrote about themselves.
    pub const fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The name under which a pool's role mappings know its provider: that of the user pool, a colon and the client.
    pub fn mapped_as(&self) -> String {
        format!("{}:{}", self.key.provider, self.client)
    }

    /// The name under which a pool's principal tags know its provider.
    pub fn tagged_as(&self) -> &str {
        &self.key.provider
    }

    /// Whether it was proven to this pool; a token that one pool accepts may be foreign to another.
    pub fn is_proven_to(&self, pool: &IdentityPoolId) -> bool {
        self.pool == *pool
    }
}

/// Why a token proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefused {
    /// It is no compact JSON Web Signature with JSON claims.
    #[error("not a compact signed JSON web token: {0}")]
    NotAToken(&'static str),
    /// It was issued by somebody else than the login key says.
    #[error("issuer `{found}` is not the one the login key names")]
    Issuer {
        /// Who issued it.
        found: String,
        /// Whom the login key names.
        expected: String,
    },
    /// A claim is missing that an ID token has.
    #[error("the claim `{0}` is missing")]
    MissingClaim(&'static str),
    /// It is an access token, which is made out to nobody.
    #[error("an access token was shown, not an ID token; it lacks the claim `aud`")]
    AccessToken,
    /// It is another kind of token.
    #[error("a token for `{0}`, not an ID token")]
    NotAnIdToken(String),
    /// It is over.
    #[error("the token expired at `{expired}`")]
    Expired {
        /// The moment of asking.
        now: Timestamp,
        /// When the token ended.
        expired: Timestamp,
    },
    /// It begins later.
    #[error("the token is not valid before `{0}`")]
    NotYetValid(Timestamp),
    /// Its header names another algorithm than the key's.
    #[error("algorithm `{0}` is not the key's")]
    Algorithm(String),
    /// Its header names no key of the issuer.
    #[error("the issuer has no key `{0}`")]
    UnknownKey(String),
    /// Its signature is not by the key that its header names.
    #[error("the signature does not match")]
    Signature,
    /// It was issued before everything was revoked.
    #[error("the token was issued at `{0}`, and what was issued then is revoked")]
    Revoked(Timestamp),
    /// It is made out to a client that the identity pool does not list.
    #[error("audience `{found}` is not listed by the identity pool")]
    Audience {
        /// The client that it is made out to.
        found: String,
        /// The clients of its user pool that the identity pool lists.
        listed: Vec<String>,
    },
}
