//! Policies, compiled once and kept by their content.

use policy::{Document, Kind, Malformed};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;

/// How many bytes of text the compiled policies that are kept have together; compiled they take a few times as much.
const KEPT: u64 = 4 * 1024 * 1024;

/// The length of a usual policy, to begin with room for so many.
const USUAL: u64 = 1024;

/// Compiled policies by kind and text.
pub struct Policies {
    compiled: Cache<(Kind, String), Arc<Document>, ByLength>,
}

impl Default for Policies {
    fn default() -> Self {
        let usual = usize::try_from(KEPT / USUAL).unwrap_or(0);
        Self { compiled: Cache::with_weighter(usual, KEPT, ByLength) }
    }
}

/// A policy weighs as much as its text is long, so that a few long ones cannot fill the memory.
#[derive(Clone)]
struct ByLength;

impl Weighter<(Kind, String), Arc<Document>> for ByLength {
    fn weight(&self, (_, text): &(Kind, String), _: &Arc<Document>) -> u64 {
        u64::try_from(text.len()).unwrap_or(u64::MAX).max(1)
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
