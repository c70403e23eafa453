//! The keys that sign a user pool's tokens: one for ID tokens, one for access tokens.

use crate::entropy::Entropy;
use crate::seal::{NotSealed, SealingKey};
use crate::secret::Secret;
use crate::user_pool::pool::UserPoolId;
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};

/// A freshly made RSA key of 2048 bits, as a PKCS #8 document. Making one is the server's job.
pub struct FreshKey(Secret<Vec<u8>>);

impl FreshKey {
    /// Takes a PKCS #8 document.
    pub const fn from_pkcs8(document: Secret<Vec<u8>>) -> Self {
        Self(document)
    }
}

/// The two keys of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolKeys {
    /// Signs ID tokens.
    pub id: PoolKey,
    /// Signs access tokens.
    pub access: PoolKey,
}

impl PoolKeys {
    /// The public halves, as a JSON Web Key Set lists them.
    pub const fn public(&self) -> [&PublicKey; 2] {
        [&self.id.public, &self.access.public]
    }
}

/// A key of a pool: the public half, and the private half sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolKey {
    /// What anybody may see.
    pub public: PublicKey,
    sealed: String,
}

/// The public half of an RSA key, in the form of a JSON Web Key (RFC 7517, RFC 7518 section 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// Its name: the SHA-256 of its modulus in base64, 44 characters as AWS's are.
    pub kid: String,
    /// The modulus in unpadded base64url.
    pub n: String,
    /// The exponent in unpadded base64url.
    pub e: String,
}

impl PoolKey {
    /// Seals a fresh key so that it opens only for this pool.
    pub fn seal(
        fresh: &FreshKey,
        pool: &UserPoolId,
        sealing: &SealingKey,
        entropy: &dyn Entropy,
    ) -> Result<Self, NotSealed> {
        let pair = KeyPair::from_pkcs8(fresh.0.reveal()).map_err(|_| NotSealed)?;
        let modulus = pair.public_key().modulus();
        let modulus = modulus.big_endian_without_leading_zero();
        let exponent = pair.public_key().exponent();
        let public = PublicKey {
            kid: BASE64.encode(digest::digest(&digest::SHA256, modulus).as_ref()),
            n: BASE64URL_NOPAD.encode(modulus),
            e: BASE64URL_NOPAD.encode(exponent.big_endian_without_leading_zero()),
        };
        let sealed = sealing.seal(fresh.0.reveal(), binding(pool, &public.kid).as_bytes(), entropy)?;
        Ok(Self { public, sealed: BASE64.encode(&sealed) })
    }

    /// Opens the private half.
    pub fn open(&self, pool: &UserPoolId, sealing: &SealingKey) -> Result<SigningKey, NotSealed> {
        let sealed = BASE64.decode(self.sealed.as_bytes()).map_err(|_| NotSealed)?;
        let document = Secret::new(sealing.open(&sealed, binding(pool, &self.public.kid).as_bytes())?);
        let pair = KeyPair::from_pkcs8(document.reveal()).map_err(|_| NotSealed)?;
        Ok(SigningKey { kid: self.public.kid.clone(), pair })
    }
}

fn binding(pool: &UserPoolId, kid: &str) -> String {
    format!("user-pool-key {pool} {kid}")
}

/// An opened key, ready to sign. Opening costs about a millisecond, so it is kept.
pub struct SigningKey {
    kid: String,
    pair: KeyPair,
}

impl SigningKey {
    /// Signs claims as a compact JWS with RS256 (RFC 7515). The header holds `kid` and `alg` and no `typ`, as AWS's.
    pub fn sign(&self, claims: &serde_json::Value) -> Result<String, NotSealed> {
        let header = serde_json::json!({ "kid": self.kid, "alg": "RS256" });
        let encode = |part: &serde_json::Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
        let mut token = format!("{}.{}", encode(&header), encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // PKCS #1 v1.5 signatures draw nothing: the generator is a formality of the interface.
        let unused = SystemRandom::new();
        self.pair
            .sign(&RSA_PKCS1_SHA256, &unused, token.as_bytes(), &mut signature)
            .map_err(|_| NotSealed)?;
        token.push('.');
        token.push_str(&BASE64URL_NOPAD.encode(&signature));
        Ok(token)
    }
}
