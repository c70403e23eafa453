//! RSA keys that were made once, so that tests need not make any. They protect nothing.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{self, KeyPair as _, RsaEncoding};
use data_encoding::{BASE64, BASE64_MIME_PERMISSIVE};
use domain::entropy::Entropy;
use domain::seal::SealingKey;
use domain::secret::Secret;
use domain::signing::{Algorithm, FreshKey, PublicKey, SealedKey};
use domain::user_pool::keys::PoolKeys;
use domain::user_pool::pool::UserPoolId;
use serde_json::json;

/// A sealing key.
pub fn sealing_key() -> SealingKey {
    SealingKey::derive(&Secret::new([7; 32]), "test").unwrap()
}

/// An RSA key of 2048 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RsaKey {
    /// Signs the ID tokens of [`user_pool`](crate::user_pool::user_pool).
    IdTokens,
    /// Signs the access tokens of [`user_pool`](crate::user_pool::user_pool).
    AccessTokens,
    /// Signs the tokens of identities.
    IdentityTokens,
    /// Belongs to somebody else: another pool, or an attacker.
    Stranger,
}

impl RsaKey {
    /// The private key as a PKCS #8 document.
    pub fn pkcs8(self) -> Vec<u8> {
        let text = match self {
            Self::IdTokens => include_str!("keys/id_tokens.pkcs8.base64"),
            Self::AccessTokens => include_str!("keys/access_tokens.pkcs8.base64"),
            Self::IdentityTokens => include_str!("keys/identity_tokens.pkcs8.base64"),
            Self::Stranger => include_str!("keys/stranger.pkcs8.base64"),
        };
        BASE64_MIME_PERMISSIVE.decode(text.as_bytes()).unwrap()
    }

    /// The key as one that the server has just made.
    pub fn fresh(self) -> FreshKey {
        FreshKey::from_pkcs8(Secret::new(self.pkcs8()))
    }

    /// The key as one of a pool's, sealed with [`sealing_key`].
    pub fn of_pool(self, pool: &UserPoolId, entropy: &dyn Entropy) -> SealedKey {
        let owner = PoolKeys::owner(pool);
        SealedKey::seal(&self.fresh(), Algorithm::Rs256, &owner, &sealing_key(), entropy).unwrap()
    }

    /// The public half, as a pool lists it.
    pub fn public(self) -> PublicKey {
        let pool = UserPoolId::parse("us-east-1_anyPool00").unwrap();
        self.of_pool(&pool, &crate::entropy::Counting::new()).public
    }

    /// The public half as a `SubjectPublicKeyInfo` in DER.
    pub fn public_der(self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = self.pair().public_key().as_der().unwrap();
        der.as_ref().to_vec()
    }

    /// The public half as a PEM file, with a line feed at the end.
    pub fn public_pem(self) -> String {
        let base64 = BASE64.encode(&self.public_der());
        let lines: Vec<&str> =
            base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", lines.join("\n"))
    }

    /// The public half as a JSON Web Key.
    pub fn public_jwk(self) -> serde_json::Value {
        let PublicKey { kid, n, e, .. } = self.public();
        json!({ "alg": "RS256", "e": e, "kid": kid, "kty": "RSA", "n": n, "use": "sig" })
    }

    /// Signs a message in one of RSA's encodings.
    pub(crate) fn sign(self, message: &[u8], encoding: &'static dyn RsaEncoding) -> Vec<u8> {
        let pair = self.pair();
        let mut signature = vec![0; pair.public_modulus_len()];
        let salt = aws_lc_rs::rand::SystemRandom::new();
        pair.sign(encoding, &salt, message, &mut signature).unwrap();
        signature
    }

    fn pair(self) -> KeyPair {
        signature::RsaKeyPair::from_pkcs8(&self.pkcs8()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_a_name_of_its_own() {
        use std::collections::HashSet;
        let keys = [RsaKey::IdTokens, RsaKey::AccessTokens, RsaKey::IdentityTokens, RsaKey::Stranger];
        assert_eq!(keys.map(|key| key.public().kid).into_iter().collect::<HashSet<_>>().len(), keys.len());
    }

    #[test]
    fn the_public_half_is_a_pem_file_that_holds_the_der_document() {
        let pem = RsaKey::IdTokens.public_pem();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        assert_eq!(BASE64.decode(body.as_bytes()).unwrap(), RsaKey::IdTokens.public_der());
    }
}
