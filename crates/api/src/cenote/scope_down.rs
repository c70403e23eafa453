//! A scope-down of guests as this service writes and shows it.

use broker::identity_pool::scope_down::{ScopeDown, Source};
use domain::iam::session_policy::SessionPolicy;
use serde::{Deserialize, Serialize};

/// A policy with the name that operators will know it by.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Written {
    name: String,
    document: String,
}

impl From<Written> for SessionPolicy {
    fn from(Written { name, document }: Written) -> Self {
        Self::written(name, document)
    }
}

/// What guests may do at most, and who says so.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    source: &'static str,
    policies: Vec<Written>,
}

impl From<ScopeDown> for Shown {
    fn from(ScopeDown { source, policies }: ScopeDown) -> Self {
        let source = match source {
            Source::Aws => "Aws",
            Source::Server => "Server",
            Source::Pool => "Pool",
        };
        let shown = |SessionPolicy { name, document }| Written {
            name: name.into_owned(),
            document: document.into_owned(),
        };
        Self { source, policies: policies.into_iter().map(shown).collect() }
    }
}
