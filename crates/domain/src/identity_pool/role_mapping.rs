//! How the logins of a provider choose a role in place of the one for everybody who proved a login.
//!
//! Source: Cognito developer guide, "Using role-based access control"; spec of identity pools, section 9.

use crate::arn::RoleArn;
use crate::identity_pool::claims::Claims;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

/// The most rules that a mapping may have. Source: Cognito developer guide, "Quotas"; the model would allow 400.
pub const MOST_RULES: usize = 25;

/// How the logins of one provider choose a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleMapping {
    /// What they choose by.
    pub source: RoleSource,
    /// What happens where that leaves open which role it is.
    pub ambiguous: WhenAmbiguous,
}

/// What a login chooses a role by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RoleSource {
    /// The claims of its token that name roles.
    Token,
    /// Rules over the claims of its token: the first that matches.
    Rules(Vec<Rule>),
}

/// What happens where a mapping leaves open which role it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenAmbiguous {
    /// The pool's role for everybody who proved a login.
    AuthenticatedRole,
    /// Nothing is given out.
    Deny,
}

/// A role, and what a token must say for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The claim that is looked at.
    pub claim: String,
    /// How its value is compared.
    pub match_type: MatchType,
    /// What it is compared with, case and all, without wildcards.
    pub value: String,
    /// The role.
    pub role: RoleArn,
}

/// How a claim is compared with the value of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MatchType {
    /// It is this value.
    Equals,
    /// This value is somewhere in it.
    Contains,
    /// It begins with this value.
    StartsWith,
    /// It is there, and another value.
    NotEqual,
}

impl MatchType {
    /// What it asks of a claim, in words before the value.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Equals => "equal to",
            Self::Contains => "with this in it:",
            Self::StartsWith => "beginning with",
            Self::NotEqual => "there, and other than",
        }
    }
}

impl Rule {
    /// What a token says under the rule's claim, where that counts.
    pub(super) fn found_in<'a>(&self, claims: &'a Claims) -> Option<Cow<'a, str>> {
        claims.text(&self.claim).filter(|_| claims.vouches_for(&self.claim))
    }

    /// Whether a token says what the rule asks for. A claim that is not there, or does not count, matches nothing.
    pub fn matches(&self, claims: &Claims) -> bool {
        self.found_in(claims).is_some_and(|text| match self.match_type {
            MatchType::Equals => text == self.value,
            MatchType::Contains => text.contains(&self.value),
            MatchType::StartsWith => text.starts_with(&self.value),
            MatchType::NotEqual => text != self.value,
        })
    }
}

impl RoleMapping {
    /// Its rules; none where the token itself names the roles.
    pub fn rules(&self) -> &[Rule] {
        match &self.source {
            RoleSource::Token => &[],
            RoleSource::Rules(rules) => rules,
        }
    }
}

/// The claim that names the role of somebody's most important group.
pub(super) const PREFERRED_ROLE: &str = "cognito:preferred_role";

/// The claim that names the roles of all of somebody's groups.
pub(super) const ROLES: &str = "cognito:roles";

/// The roles that a token names, each once: in a list, or in a text with commas between them.
pub(super) fn roles_in(claims: &Claims) -> Vec<&str> {
    let mut roles: Vec<&str> = match claims.get(ROLES) {
        Some(Value::Array(roles)) => roles.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(roles)) => {
            roles.split(',').map(str::trim).filter(|role| !role.is_empty()).collect()
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    };
    roles.sort_unstable();
    roles.dedup();
    roles
}
