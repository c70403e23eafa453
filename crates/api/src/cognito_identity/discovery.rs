//! The public documents of this server's identity pools: the keys of their tokens, and where to find them.

use super::token_keys;
use crate::app::App;
use domain::identity_pool::token_keys::Published;
use domain::records::Breakdown;
use serde_json::{Value, json};

/// Where the keys are below the issuer. At AWS too it is a key set, whatever its name.
pub const KEYS: &str = "/.well-known/jwks_uri";

/// Where the discovery document is below the issuer.
pub const CONFIGURATION: &str = "/.well-known/openid-configuration";

/// The JSON Web Key Set (RFC 7517): the key that signs, then those whose tokens may still live.
pub async fn key_set(app: &App) -> Result<Value, Breakdown> {
    let keys = token_keys::get(app).await?;
    let entry = |Published { public, certificate }: Published<'_>| {
        let mut entry = public.jwk();
        if let Value::Object(members) = &mut entry {
            members.insert("x5c".to_owned(), json!([certificate]));
        }
        entry
    };
    Ok(json!({ "keys": keys.published(app.clock.now()).map(entry).collect::<Vec<Value>>() }))
}

/// The OpenID Connect discovery document of identity pools whose documents are at this address. Endpoints that are not
/// served are left out: a token comes from an operation.
pub fn configuration(app: &App, address: &str) -> Value {
    json!({
        "id_token_signing_alg_values_supported": ["RS512"],
        "issuer": app.house.issuers.of_identity_pools(),
        "jwks_uri": format!("{address}{KEYS}"),
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
    })
}
