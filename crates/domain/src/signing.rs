//! Keys that sign tokens: RSA, the private half sealed at rest.

use crate::entropy::Entropy;
use crate::seal::{NotSealed, SealingKey};
use crate::secret::Secret;
use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RsaEncoding};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A freshly made RSA key of 2048 bits, as a PKCS #8 document. Making one is the server's job.
pub struct FreshKey(Secret<Vec<u8>>);

impl FreshKey {
    /// Takes a PKCS #8 document.
    pub const fn from_pkcs8(document: Secret<Vec<u8>>) -> Self {
        Self(document)
    }

    /// The PKCS #8 document.
    pub const fn pkcs8(&self) -> &Secret<Vec<u8>> {
        &self.0
    }
}

/// What a key signs by (RFC 7518 section 3.1). It is the key's, never a token's to choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256: tokens of user pools.
    #[default]
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-512: tokens of identity pools.
    Rs512,
}

impl Algorithm {
    /// Its name in headers and key sets.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs512 => "RS512",
        }
    }

    fn encoding(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Rs256 => &RSA_PKCS1_SHA256,
            Self::Rs512 => &RSA_PKCS1_SHA512,
        }
    }
}

/// The public half of an RSA key, in the form of a JSON Web Key (RFC 7517, RFC 7518 section 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicKey {
    /// What it verifies by; records from before there was a choice do not say.
    #[serde(default)]
    pub alg: Algorithm,
    /// Its name: the SHA-256 of its modulus in base64, 44 characters as AWS's are.
    pub kid: String,
    /// The modulus in unpadded base64url.
    pub n: String,
    /// The exponent in unpadded base64url.
    pub e: String,
}

impl PublicKey {
    /// It as an entry of a JSON Web Key Set.
    pub fn jwk(&self) -> Value {
        json!({ "alg": self.alg.name(), "e": self.e, "kid": self.kid, "kty": "RSA", "n": self.n, "use": "sig" })
    }
}

/// A key with its private half sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedKey {
    /// What anybody may see.
    pub public: PublicKey,
    sealed: String,
}

impl SealedKey {
    /// Seals a fresh key so that it opens only for this owner.
    pub fn seal(
        fresh: &FreshKey,
        alg: Algorithm,
        owner: &str,
        sealing: &SealingKey,
        entropy: &dyn Entropy,
    ) -> Result<Self, NotSealed> {
        let pair = KeyPair::from_pkcs8(fresh.0.reveal()).map_err(|_| NotSealed)?;
        let modulus = pair.public_key().modulus();
        let modulus = modulus.big_endian_without_leading_zero();
        let exponent = pair.public_key().exponent();
        let public = PublicKey {
            alg,
            kid: BASE64.encode(digest::digest(&digest::SHA256, modulus).as_ref()),
            n: BASE64URL_NOPAD.encode(modulus),
            e: BASE64URL_NOPAD.encode(exponent.big_endian_without_leading_zero()),
        };
        let sealed = sealing.seal(fresh.0.reveal(), binding(owner, &public.kid).as_bytes(), entropy)?;
        Ok(Self { public, sealed: BASE64.encode(&sealed) })
    }

    /// Opens the private half.
    pub fn open(&self, owner: &str, sealing: &SealingKey) -> Result<SigningKey, NotSealed> {
        let sealed = BASE64.decode(self.sealed.as_bytes()).map_err(|_| NotSealed)?;
        let document = Secret::new(sealing.open(&sealed, binding(owner, &self.public.kid).as_bytes())?);
        let pair = KeyPair::from_pkcs8(document.reveal()).map_err(|_| NotSealed)?;
        Ok(SigningKey { kid: self.public.kid.clone(), alg: self.public.alg, pair })
    }
}

fn binding(owner: &str, kid: &str) -> String {
    format!("{owner} {kid}")
}

/// An opened key, ready to sign. Opening costs about a millisecond, so it is kept.
pub struct SigningKey {
    kid: String,
    alg: Algorithm,
    pair: KeyPair,
}

impl SigningKey {
    /// Signs claims as a compact JWS (RFC 7515).
    pub fn sign(&self, claims: &Value) -> Result<String, NotSealed> {
        let encode = |part: &Value| BASE64URL_NOPAD.encode(part.to_string().as_bytes());
        let mut token = format!("{}.{}", encode(&self.header()), encode(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        // PKCS #1 v1.5 signatures draw nothing: the generator is a formality of the interface.
        let unused = SystemRandom::new();
        self.pair
            .sign(self.alg.encoding(), &unused, token.as_bytes(), &mut signature)
            .map_err(|_| NotSealed)?;
        token.push('.');
        token.push_str(&BASE64URL_NOPAD.encode(&signature));
        Ok(token)
    }

    /// As AWS's: tokens of user pools have no `typ`, those of identity pools say `JWS`.
    fn header(&self) -> Value {
        match self.alg {
            Algorithm::Rs256 => json!({ "kid": self.kid, "alg": "RS256" }),
            Algorithm::Rs512 => json!({ "kid": self.kid, "typ": "JWS", "alg": "RS512" }),
        }
    }
}
