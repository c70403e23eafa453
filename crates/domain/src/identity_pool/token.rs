//! The OpenID token of an identity: what its pool vouches for, to be taken to STS or to whoever trusts the pool.

use crate::account::Account;
use crate::arn;
use crate::iam::session::Federation;
use crate::identity_pool::pool::IdentityPoolId;
use crate::tag::Tags;
use crate::time::{Span, Timestamp};
use serde_json::{Map, Value, json};

/// AWS's issuer of the tokens of all identity pools.
pub const AWS_ISSUER: &str = "https://cognito-identity.amazonaws.com";

/// The claim that says which tags a session shall have. Source: IAM user guide, "Passing session tags in AWS STS".
pub const TAGS: &str = "https://aws.amazon.com/tags";

/// The longest that a token may live.
pub const LONGEST_LIFE: Span = Span::from_hours(24);

/// A token before it is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenIdToken {
    /// The pool.
    pub pool: IdentityPoolId,
    /// Whom and what the pool vouches for.
    pub federation: Federation,
    /// The tags that sessions by it shall have.
    pub tags: Tags,
    /// When it is issued.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

impl OpenIdToken {
    /// Its claims. Source: spec of identity pools, section 8 (reported from AWS's own tokens).
    pub fn claims(&self, issuer: &str, account: &Account) -> Value {
        let Federation { aud, sub, amr, .. } = &self.federation;
        let mut claims = json!({
            "sub": sub,
            "aud": aud,
            "amr": amr,
            "iss": issuer,
            "https://cognito-identity.amazonaws.com/identity-pool-arn": arn::identity_pool(account, &self.pool),
            "exp": self.expires.secs(),
            "iat": self.issued.secs(),
        });
        if let Value::Object(members) = &mut claims
            && !self.tags.is_empty()
        {
            let tags: Map<String, Value> =
                self.tags.iter().map(|(key, value)| (key.to_string(), json!([value]))).collect();
            members.insert(TAGS.to_owned(), json!({ "principal_tags": tags }));
        }
        claims
    }
}
