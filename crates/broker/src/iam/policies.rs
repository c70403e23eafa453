//! Policies, compiled once and kept by their content.

use policy::{Document, Kind, Malformed};
use quick_cache::sync::Cache;
use std::sync::Arc;

/// How many compiled policies are kept.
const KEPT: usize = 4096;

/// Compiled policies by kind and text.
pub struct Policies {
    compiled: Cache<(Kind, String), Arc<Document>>,
}

impl Default for Policies {
    fn default() -> Self {
        Self { compiled: Cache::new(KEPT) }
    }
}

impl Policies {
    /// The compiled form of a policy.
    pub fn compiled(&self, kind: Kind, text: &str) -> Result<Arc<Document>, Malformed> {
        if let Some(document) = self.compiled.get(&Asked(kind, text)) {
            return Ok(document);
        }
        let document = Arc::new(Document::parse(text, kind)?);
        self.compiled.insert((kind, text.to_owned()), document.clone());
        Ok(document)
    }
}

/// A key to look up with, without copying the text.
#[derive(Hash)]
struct Asked<'a>(Kind, &'a str);

impl quick_cache::Equivalent<(Kind, String)> for Asked<'_> {
    fn equivalent(&self, key: &(Kind, String)) -> bool {
        self.0 == key.0 && self.1 == key.1
    }
}
