//! The public documents of a user pool: its keys, and where to find them.

use crate::app::App;
use domain::records::{Breakdown, UserPools};
use domain::signing::PublicKey;
use domain::user_pool::pool::{UserPool, UserPoolId};
use serde_json::{Value, json};

/// The JSON Web Key Set of a pool (RFC 7517); `None` if there is no such pool.
pub async fn key_set(app: &App, pool: &UserPoolId) -> Result<Option<Value>, Breakdown> {
    let keys = |pool: UserPool| {
        let keys = pool.keys.public().map(PublicKey::jwk);
        json!({ "keys": keys })
    };
    Ok(find(app, pool).await?.map(keys))
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
