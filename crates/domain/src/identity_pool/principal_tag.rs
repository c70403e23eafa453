//! Attributes for access control: which claims of a login become tags of its sessions.
//!
//! Source: Cognito developer guide, "Using attributes for access control"; spec of identity pools, section 11.

use crate::identity_pool::claims::Claims;
use crate::tag::{BadTags, TagKey, TagValue, Tags};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Which claims of one provider's logins become tags.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeMap {
    /// Whether these are the ones that AWS gives.
    pub use_defaults: bool,
    /// The names of claims, by the keys of the tags that they become.
    pub claims: BTreeMap<TagKey, String>,
}

/// Why this cannot be a map of attributes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAttributeMap {
    /// Its keys are none that tags can have together.
    #[error("{0}")]
    Tags(#[from] BadTags),
    /// The defaults are asked for, and other ones too.
    #[error("the default attributes cannot be changed: give no PrincipalTags beside UseDefaults")]
    OtherThanDefaults,
}

/// Why the claims of a login cannot become tags: none is left out silently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadClaim {
    /// It is no text, flag or whole number, or not one that a tag can have.
    #[error("the claim `{claim}` cannot be the value of the tag `{key}`: {why}")]
    Value {
        /// The claim.
        claim: String,
        /// The tag.
        key: TagKey,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Two logins give a tag different values.
    #[error("the logins give the tag `{0}` different values")]
    Conflict(TagKey),
    /// Together they are none that a session can have.
    #[error("{0}")]
    Tags(#[from] BadTags),
}

impl AttributeMap {
    /// The map that is asked for.
    pub fn new(use_defaults: bool, claims: BTreeMap<TagKey, String>) -> Result<Self, BadAttributeMap> {
        if use_defaults {
            let defaults = defaults();
            return if claims.is_empty() || claims == defaults {
                Ok(Self { use_defaults, claims: defaults })
            } else {
                Err(BadAttributeMap::OtherThanDefaults)
            };
        }
        Tags::check_keys(claims.keys())?;
        Ok(Self { use_defaults, claims })
    }

    /// Adds the tags that a login comes with. A claim that is not there gives no tag.
    pub fn add_tags(&self, login: &Claims, tags: &mut BTreeMap<TagKey, TagValue>) -> Result<(), BadClaim> {
        for (key, claim) in &self.claims {
            let bad = |why| BadClaim::Value { claim: claim.clone(), key: key.clone(), why };
            let Some(value) = login.get(claim) else { continue };
            if !login.vouches_for(claim) {
                return Err(bad("the token does not say that it was verified"));
            }
            let value = text(value).ok_or_else(|| bad("it is no text, flag or whole number"))?;
            let value = TagValue::try_from(value).map_err(|_| {
                bad("it has more than 256 characters, or others than letters, digits, spaces and _.:/=+-@")
            })?;
            if tags.insert(key.clone(), value.clone()).is_some_and(|other| other != value) {
                return Err(BadClaim::Conflict(key.clone()));
            }
        }
        Ok(())
    }
}

/// What AWS gives a provider of OpenID Connect. Source: Cognito developer guide, "Default provider mappings".
fn defaults() -> BTreeMap<TagKey, String> {
    let pair = |(key, claim): (&str, &str)| Some((TagKey::parse(key).ok()?, claim.to_owned()));
    [("client", "aud"), ("username", "sub")].into_iter().filter_map(pair).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
