//! Tokens, good ones and forged ones.

use crate::entropy::Counting;
use crate::identity_pool::{guest, identity_pool, signed_in};
use crate::keys::RsaKey;
use crate::user_pool::{client, issuers, user, user_pool};
use crate::{NOW, account};
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256};
use data_encoding::BASE64URL_NOPAD;
use domain::iam::session::Federation;
use domain::identity_pool::identity::Identity;
use domain::identity_pool::login::{AuthState, LoginKey};
use domain::identity_pool::token::{AWS_ISSUER, OpenIdToken};
use domain::tag::Tags;
use domain::time::Span;
use domain::user_pool::session::UserSession;
use domain::user_pool::token::Issue;
use serde_json::{Value, json};

/// The ID token that [`user`] gets from [`client`] now. It is good until something is spoiled.
pub fn id_token() -> Token {
    let entropy = Counting::new();
    let issuer = issuers().issuer_of(&user_pool().id);
    let claims = issue(&entropy).id_claims(&user(), &client(), &issuer, &entropy);
    Token::new(&claims, RsaKey::IdTokens)
}

/// The access token of the same sign-in.
pub fn access_token() -> Token {
    let entropy = Counting::new();
    let issuer = issuers().issuer_of(&user_pool().id);
    let claims = issue(&entropy).access_claims(&user(), &client(), &issuer, &entropy);
    Token::new(&claims, RsaKey::AccessTokens)
}

/// The token that the identity pool of `testkit` gives [`signed_in`] now.
pub fn identity_token() -> Token {
    let [login] = <[LoginKey; 1]>::try_from(signed_in().logins).unwrap();
    let state = AuthState::Authenticated.amr().to_owned();
    identity_token_of(&signed_in(), [state].into_iter().chain(login.amr(&identity_pool())).collect())
}

/// The token that the pool gives [`guest`] now.
pub fn guest_token() -> Token {
    identity_token_of(&guest(), vec![AuthState::Guest.amr().to_owned()])
}

fn identity_token_of(identity: &Identity, amr: Vec<String>) -> Token {
    let provider = "cognito-identity.amazonaws.com".to_owned();
    let (aud, sub) = (identity.pool.to_string(), identity.id.to_string());
    let token = OpenIdToken {
        pool: identity.pool.clone(),
        federation: Federation { provider, aud, sub, amr },
        tags: Tags::default(),
        issued: NOW,
        expires: NOW.after(Span::from_mins(10)),
    };
    let header = json!({ "kid": RsaKey::IdentityTokens.public().kid, "typ": "JWS", "alg": "RS512" });
    Token {
        header: Members::of(&header),
        claims: Members::of(&token.claims(AWS_ISSUER, &account())),
        signature: Signature::Rs512(RsaKey::IdentityTokens),
    }
}

fn issue(entropy: &Counting) -> Issue {
    Issue::of(&UserSession::begin(&user(), &client(), NOW, entropy), NOW, entropy)
}

/// How a token is signed. The header is another matter: it says what a test makes it say.
#[derive(Debug, Clone)]
pub enum Signature {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256(RsaKey),
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512(RsaKey),
    /// RSASSA-PSS with SHA-256.
    Ps256(RsaKey),
    /// HMAC with SHA-256 and any bytes as the secret.
    Hs256(Vec<u8>),
    /// These bytes, whatever was to be signed.
    Bytes(Vec<u8>),
}

/// A token in the making: a header, claims and a signature over both.
#[derive(Debug, Clone)]
pub struct Token {
    header: Members,
    claims: Members,
    signature: Signature,
}

impl Token {
    /// A token with these claims whose header names the key that signs it.
    pub fn new(claims: &Value, key: RsaKey) -> Self {
        let header = json!({ "kid": key.public().kid, "alg": "RS256" });
        Self { header: Members::of(&header), claims: Members::of(claims), signature: Signature::Rs256(key) }
    }

    /// With this member in its header, in place of one of that name.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.set(name, value.into().to_string());
        self
    }

    /// With a member more in its header, even if one of that name is there.
    #[must_use]
    pub fn header_again(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.push(name, value.into().to_string());
        self
    }

    /// Without this member in its header.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// With this claim, in place of one of that name.
    #[must_use]
    pub fn claim(self, name: &str, value: impl Into<Value>) -> Self {
        self.claim_text(name, &value.into().to_string())
    }

    /// With this claim, whose value is written as it stands: it may be a number that no type holds, or no JSON at all.
    #[must_use]
    pub fn claim_text(mut self, name: &str, json: &str) -> Self {
        self.claims.set(name, json.to_owned());
        self
    }

    /// With a claim more, even if one of that name is there.
    #[must_use]
    pub fn claim_again(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.push(name, value.into().to_string());
        self
    }

    /// Without this claim.
    #[must_use]
    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Signed in this way; its header stays as it is.
    #[must_use]
    pub fn signed(mut self, signature: Signature) -> Self {
        self.signature = signature;
        self
    }

    /// The token as it is sent: three parts in unpadded base64url.
    pub fn text(&self) -> String {
        sign(self.header.json(), self.claims.json(), &self.signature)
    }

    /// The three parts of [`Token::text`].
    pub fn parts(&self) -> [String; 3] {
        let text = self.text();
        let mut parts = text.split('.').map(str::to_owned);
        [(); 3].map(|()| parts.next().unwrap())
    }
}

/// A token of any two parts, signed; they need be no JSON.
pub fn sign(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>, signature: &Signature) -> String {
    let signed = format!("{}.{}", encode(header), encode(payload));
    let signature = match signature {
        Signature::Rs256(key) => key.sign(signed.as_bytes(), &RSA_PKCS1_SHA256),
        Signature::Rs512(key) => key.sign(signed.as_bytes(), &RSA_PKCS1_SHA512),
        Signature::Ps256(key) => key.sign(signed.as_bytes(), &RSA_PSS_SHA256),
        Signature::Hs256(secret) => {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes()).as_ref().to_vec()
        }
        Signature::Bytes(bytes) => bytes.clone(),
    };
    format!("{signed}.{}", encode(signature))
}

/// Unpadded base64url.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64URL_NOPAD.encode(bytes.as_ref())
}

/// The members of a JSON object in order, each value as its text. A map could not name a member twice.
#[derive(Debug, Clone)]
struct Members(Vec<(String, String)>);

impl Members {
    fn of(object: &Value) -> Self {
        let members = object.as_object().unwrap().iter();
        Self(members.map(|(name, value)| (name.clone(), value.to_string())).collect())
    }

    fn set(&mut self, name: &str, json: String) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, value)) => *value = json,
            None => self.push(name, json),
        }
    }

    fn push(&mut self, name: &str, json: String) {
        self.0.push((name.to_owned(), json));
    }

    fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| known != name);
    }

    fn json(&self) -> String {
        let members: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))).collect();
        format!("{{{}}}", members.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity_pool::token_keys;
    use crate::keys::sealing_key;
    use domain::user_pool::keys::PoolKeys;

    #[test]
    fn an_unspoiled_token_is_what_the_pool_itself_signs() {
        let (pool, token) = (user_pool(), id_token());
        let claims: Value = serde_json::from_str(&token.claims.json()).unwrap();
        let signed =
            pool.keys.id.open(&PoolKeys::owner(&pool.id), &sealing_key()).unwrap().sign(&claims).unwrap();
        assert_eq!(token.text(), signed);
    }

    #[test]
    fn an_unspoiled_token_of_an_identity_is_what_the_pools_key_signs() {
        let keys = token_keys();
        let claims: Value = serde_json::from_str(&identity_token().claims.json()).unwrap();
        let signed = keys.current.open(&sealing_key()).unwrap().sign(&claims).unwrap();
        assert_eq!(identity_token().text(), signed);
    }

    #[test]
    fn a_member_can_be_named_twice() {
        let token = id_token().header_again("alg", "none");
        let header = token.header.json();
        assert!(header.contains(r#""alg":"RS256""#) && header.ends_with(r#","alg":"none"}"#), "{header}");
    }
}
