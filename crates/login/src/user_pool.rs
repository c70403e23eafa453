//! ID tokens of this server's own user pools.

use crate::jws::{NOT_JSON, UnverifiedToken, shown};
use crate::key_set::KeySet;
use crate::seen::Seen;
use crate::{LoginRefused, VerifiedLogin};
use domain::account::Region;
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::pool::IdentityPool;
use domain::time::Timestamp;
use domain::user_pool::client::ClientId;
use domain::user_pool::pool::UserPoolId;
use domain::user_pool::user::Username;
use serde::Deserialize;

/// A user pool as an issuer of tokens.
pub struct Issuer {
    /// The pool.
    pub pool: UserPoolId,
    /// The region that its name as a provider holds.
    pub region: Region,
    /// What `iss` may be: the pool has a name of AWS's form and may have one of this server's.
    pub names: Vec<String>,
    /// The keys that sign its tokens.
    pub keys: KeySet,
    /// What was issued before this moment is revoked.
    pub revoked_before: Timestamp,
}

/// The claims that decide. A claim of another type than the one here makes the token no token of a user pool.
#[derive(Deserialize)]
struct Deciding<'a> {
    iss: Option<&'a str>,
    sub: Option<&'a str>,
    aud: Option<&'a str>,
    exp: Option<i64>,
    iat: Option<i64>,
    nbf: Option<i64>,
    token_use: Option<&'a str>,
    #[serde(rename = "cognito:username")]
    username: Option<&'a str>,
}

/// Checks that a token is a living ID token of this user pool, made out to a client that the identity pool lists.
///
/// The order of the checks decides which refusal a token with several faults gets; it is the one observed at AWS
/// (spec of identity pools, section 4).
pub fn verify(
    token: &str,
    issuer: &Issuer,
    identity_pool: &IdentityPool,
    seen: &Seen,
    now: Timestamp,
) -> Result<VerifiedLogin, LoginRefused> {
    let token = UnverifiedToken::read(token, seen)?;
    let claims = token.claims()?;
    let deciding: Deciding<'_> = claims.read().ok_or(NOT_JSON)?;

    let iss = deciding.iss.ok_or(LoginRefused::MissingClaim("iss"))?;
    if !issuer.names.iter().any(|name| name == iss) {
        let expected = issuer.names.first().cloned().unwrap_or_default();
        return Err(LoginRefused::Issuer { found: shown(iss), expected });
    }
    let audience = deciding.aud.ok_or(match deciding.token_use {
        Some("access") => LoginRefused::AccessToken,
        Some(_) | None => LoginRefused::MissingClaim("aud"),
    })?;
    let subject = deciding.sub.filter(|sub| is_subject(sub)).ok_or(LoginRefused::MissingClaim("sub"))?;
    let expires = Timestamp::from_secs(deciding.exp.ok_or(LoginRefused::MissingClaim("exp"))?);
    let token_use = deciding.token_use.ok_or(LoginRefused::MissingClaim("token_use"))?;
    if token_use != "id" {
        return Err(LoginRefused::NotAnIdToken(shown(token_use)));
    }
    if now >= expires {
        return Err(LoginRefused::Expired { now, expired: expires });
    }
    if let Some(begins) = deciding.nbf.map(Timestamp::from_secs).filter(|begins| now < *begins) {
        return Err(LoginRefused::NotYetValid(begins));
    }
    token.check_signature(&issuer.keys, seen)?;
    let issued = Timestamp::from_secs(deciding.iat.unwrap_or_default());
    if issued < issuer.revoked_before {
        return Err(LoginRefused::Revoked(issued));
    }

    let listed = ClientId::parse(audience)
        .ok()
        .filter(|client| identity_pool.lists_client(&issuer.pool, client))
        .ok_or_else(|| LoginRefused::Audience {
            found: shown(audience),
            listed: identity_pool.clients_of(&issuer.pool).map(ToString::to_string).collect(),
        })?;
    Ok(VerifiedLogin {
        pool: identity_pool.id.clone(),
        key: LoginKey::of_user_pool(&issuer.pool, &issuer.region, subject),
        user_pool: issuer.pool.clone(),
        username: deciding.username.and_then(|name| Username::parse(name).ok()),
        client: listed,
        issued,
        expires,
        claims: claims.clone(),
    })
}

/// A subject is a name of 1 to 255 characters (OpenID Connect Core 1.0 section 2), none of them a control character.
fn is_subject(sub: &str) -> bool {
    !sub.is_empty() && sub.chars().take(256).count() < 256 && !sub.chars().any(char::is_control)
}
