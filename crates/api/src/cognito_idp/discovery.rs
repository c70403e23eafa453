//! The public documents of a user pool: its keys, and where to find them.

use crate::app::App;
use crate::authority::authority;
use domain::records::{Breakdown, UserPools};
use domain::user_pool::pool::{UserPool, UserPoolId};
use http::request::Parts;
use serde_json::{Value, json};

/// The JSON Web Key Set of a pool (RFC 7517); `None` if there is no such pool.
pub async fn key_set(app: &App, pool: &UserPoolId) -> Result<Option<Value>, Breakdown> {
    let keys = |pool: UserPool| {
        let entry = |key: &domain::user_pool::keys::PublicKey| json!({ "alg": "RS256", "e": key.e, "kid": key.kid, "kty": "RSA", "n": key.n, "use": "sig" });
        json!({ "keys": pool.keys.public().map(entry) })
    };
    Ok(find(app, pool).await?.map(keys))
}

/// Where the documents of a pool are, as whoever sent this request reaches them; `None` if it names no host. AWS's form of
/// issuer is not this server's address: whoever looked for keys there would find somebody else's.
pub fn address(app: &App, pool: &UserPoolId, head: &Parts, is_secure: bool) -> Option<String> {
    app.house.issuers.address_of(pool).or_else(|| {
        let scheme = if is_secure { "https" } else { "http" };
        authority(&head.uri, &head.headers).map(|host| format!("{scheme}://{host}/{pool}"))
    })
}

/// The OpenID Connect discovery document of a pool whose documents are at this address; `None` if there is no such pool.
/// Endpoints that are not served are left out.
pub async fn configuration(app: &App, pool: &UserPoolId, address: &str) -> Result<Option<Value>, Breakdown> {
    let issuer = app.house.issuers.issuer_of(pool);
    let document = |_: UserPool| {
        json!({
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": issuer,
            "jwks_uri": format!("{address}/.well-known/jwks.json"),
            "response_types_supported": ["code", "token"],
            "scopes_supported": ["openid", "email", "phone", "profile"],
            "subject_types_supported": ["public"],
        })
    };
    Ok(find(app, pool).await?.map(document))
}

async fn find(app: &App, pool: &UserPoolId) -> Result<Option<UserPool>, Breakdown> {
    app.read(|records| records.user_pool(pool)).await
}
