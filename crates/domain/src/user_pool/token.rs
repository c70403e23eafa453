//! The claims of a user pool's tokens.

use crate::entropy::{Entropy, draw_uuid};
use crate::time::{Span, Timestamp};
use crate::user_pool::client::Client;
use crate::user_pool::session::UserSession;
use crate::user_pool::user::User;
use serde_json::{Map, Value, json};

/// The only scope of a token that the sign-in API gives out.
const SIGN_IN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// Tokens that are issued together: what they have in common.
#[derive(Debug, Clone)]
pub struct Issue {
    signed_in: Timestamp,
    at: Timestamp,
    origin_jti: String,
    event_id: String,
}

impl Issue {
    /// Tokens of a session that are issued now.
    pub fn of(session: &UserSession, now: Timestamp, entropy: &dyn Entropy) -> Self {
        Self {
            signed_in: session.signed_in,
            at: now,
            origin_jti: session.id.to_string(),
            event_id: draw_uuid(entropy).to_string(),
        }
    }

    /// The claims of the ID token. Source: Cognito developer guide, "Using the ID token".
    pub fn id_claims(&self, user: &User, client: &Client, issuer: &str, entropy: &dyn Entropy) -> Value {
        let mut claims = self.shared_claims(user, client.lives.of_id(), issuer, entropy);
        claims.insert("aud".to_owned(), json!(client.id));
        claims.insert("token_use".to_owned(), json!("id"));
        claims.insert("cognito:username".to_owned(), json!(user.username));
        for (name, value) in &user.attributes {
            claims.insert(name.to_string(), attribute_claim(name.as_str(), value));
        }
        Value::Object(claims)
    }

    /// The claims of the access token. Source: Cognito developer guide, "Using the access token".
    pub fn access_claims(&self, user: &User, client: &Client, issuer: &str, entropy: &dyn Entropy) -> Value {
        let mut claims = self.shared_claims(user, client.lives.of_access(), issuer, entropy);
        claims.insert("client_id".to_owned(), json!(client.id));
        claims.insert("token_use".to_owned(), json!("access"));
        claims.insert("scope".to_owned(), json!(SIGN_IN_SCOPE));
        claims.insert("username".to_owned(), json!(user.username));
        Value::Object(claims)
    }

    fn shared_claims(
        &self,
        user: &User,
        life: Span,
        issuer: &str,
        entropy: &dyn Entropy,
    ) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("sub".to_owned(), json!(user.sub));
        claims.insert("iss".to_owned(), json!(issuer));
        claims.insert("origin_jti".to_owned(), json!(self.origin_jti));
        claims.insert("event_id".to_owned(), json!(self.event_id));
        claims.insert("auth_time".to_owned(), json!(self.signed_in.secs()));
        claims.insert("iat".to_owned(), json!(self.at.secs()));
        claims.insert("exp".to_owned(), json!(self.at.after(life).secs()));
        claims.insert("jti".to_owned(), json!(draw_uuid(entropy).to_string()));
        claims
    }
}

/// An attribute as a claim: text, except for the few that OpenID Connect gives another type.
fn attribute_claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => json!(value == "true"),
        "updated_at" => value.parse::<i64>().map_or_else(|_| json!(value), |seconds| json!(seconds)),
        "address" => json!({ "formatted": value }),
        _ => json!(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verified_flags_are_booleans_and_custom_attributes_are_text() {
        assert_eq!(attribute_claim("email_verified", "true"), json!(true));
        assert_eq!(attribute_claim("email_verified", "yes"), json!(false));
        assert_eq!(attribute_claim("custom:level", "7"), json!("7"));
        assert_eq!(attribute_claim("address", "Main St 1"), json!({ "formatted": "Main St 1" }));
    }
}
