//! OpenID tokens of this server's own identity pools. What one proves is another thing than a login, and has another type:
//! nobody can show the one where the other is asked for.

use crate::LoginRefused;
use crate::jws::{NOT_JSON, UnverifiedToken, shown};
use crate::key_set::KeySet;
use crate::seen::Seen;
use domain::identity_pool::claims::Claims;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::token::TAGS;
use domain::tag::{TagKey, TagValue, Tags};
use domain::time::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

/// This server's identity pools as an issuer of tokens: one for all of them.
pub struct Issuer {
    /// What `iss` may be: AWS's form, and this server's own.
    pub names: [String; 2],
    /// The keys that sign the tokens, and those that did.
    pub keys: KeySet,
    /// What was issued before this moment is revoked.
    pub revoked_before: Timestamp,
}

/// An identity that its pool vouched for: the token's signature, issuer and life were checked. Whether the identity is
/// still what it was then is for the pool to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedIdentity {
    pool: IdentityPoolId,
    identity: IdentityId,
    amr: Vec<String>,
    tags: Tags,
    issued: Timestamp,
}

impl VerifiedIdentity {
    /// The pool.
    pub const fn pool(&self) -> &IdentityPoolId {
        &self.pool
    }

    /// The identity.
    pub const fn identity(&self) -> &IdentityId {
        &self.identity
    }

    /// When it vouched for it, to within a second.
    pub const fn issued(&self) -> Timestamp {
        self.issued
    }

    /// How it was proven then, in the words of `amr`.
    pub fn amr(&self) -> &[String] {
        &self.amr
    }

    /// The tags that a session of it shall have.
    pub const fn tags(&self) -> &Tags {
        &self.tags
    }
}

/// The claims that decide. A claim of another type than the one here makes the token no token of an identity pool.
#[derive(Deserialize)]
struct Deciding<'a> {
    iss: Option<&'a str>,
    sub: Option<&'a str>,
    aud: Option<&'a str>,
    exp: Option<i64>,
    iat: Option<i64>,
    amr: Option<Vec<String>>,
}

/// The claim of tags: each has one value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagsClaim {
    principal_tags: BTreeMap<TagKey, [TagValue; 1]>,
}

/// The tags that a token says; `None` if they are none that a session can have.
fn tags_in(claims: &Claims) -> Option<Tags> {
    let Some(claim) = claims.get(TAGS) else { return Some(Tags::default()) };
    let TagsClaim { principal_tags } = TagsClaim::deserialize(claim).ok()?;
    let pairs: BTreeMap<TagKey, TagValue> =
        principal_tags.into_iter().map(|(key, [value])| (key, value)).collect();
    Tags::try_from(pairs).ok()
}

/// Checks that a token is a living token of one of this server's identity pools.
pub fn verify(
    token: &str,
    issuer: &Issuer,
    seen: &Seen,
    now: Timestamp,
) -> Result<VerifiedIdentity, LoginRefused> {
    let token = UnverifiedToken::read(token, seen)?;
    let all = token.claims()?;
    let claims: Deciding<'_> = all.read().ok_or(NOT_JSON)?;
    let tags = tags_in(all).ok_or(NOT_JSON)?;

    let iss = claims.iss.ok_or(LoginRefused::MissingClaim("iss"))?;
    if !issuer.names.iter().any(|name| name == iss) {
        let [expected, _] = &issuer.names;
        return Err(LoginRefused::Issuer { found: shown(iss), expected: expected.clone() });
    }
    let audience = claims.aud.ok_or(LoginRefused::MissingClaim("aud"))?;
    let subject = claims.sub.ok_or(LoginRefused::MissingClaim("sub"))?;
    let expires = Timestamp::from_secs(claims.exp.ok_or(LoginRefused::MissingClaim("exp"))?);
    let issued = Timestamp::from_secs(claims.iat.ok_or(LoginRefused::MissingClaim("iat"))?);
    let amr = claims.amr.ok_or(LoginRefused::MissingClaim("amr"))?;
    if now >= expires {
        return Err(LoginRefused::Expired { now, expired: expires });
    }
    token.check_signature(&issuer.keys, seen)?;
    if issued < issuer.revoked_before {
        return Err(LoginRefused::Revoked(issued));
    }
    let pool = IdentityPoolId::parse(audience)
        .map_err(|_| LoginRefused::Audience { found: shown(audience), listed: Vec::new() })?;
    let identity = IdentityId::parse(subject).map_err(|_| LoginRefused::MissingClaim("sub"))?;
    Ok(VerifiedIdentity { pool, identity, amr, tags, issued })
}
