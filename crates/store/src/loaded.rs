//! What an engine without snapshots has loaded for a use case so far.

use crate::engine::{Engine, Key, Range, Row, Stamped};
use domain::records::Breakdown;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

/// A scan: its range and its limit.
pub(crate) type Span = (Range, usize);

/// What a run of a use case asked for and did not find loaded.
#[derive(Default)]
pub(crate) struct Missing {
    pub(crate) keys: BTreeSet<Key>,
    pub(crate) spans: BTreeSet<Span>,
}

impl Missing {
    pub(crate) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.spans.is_empty()
    }
}

/// Records and scans that are at hand.
#[derive(Default)]
pub(crate) struct Loaded {
    keys: BTreeMap<Key, Option<Stamped>>,
    spans: BTreeMap<Span, Vec<Row>>,
    calls: usize,
}

impl Loaded {
    /// `None` if the key has not been loaded.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Option<Stamped>> {
        self.keys.get(key).cloned()
    }

    /// `None` if the scan has not been loaded.
    pub(crate) fn scan(&self, span: &Span) -> Option<Vec<Row>> {
        self.spans.get(span).cloned()
    }

    /// Whether all of it was read at one instant, so that it needs no validation.
    pub(crate) fn is_of_one_instant(&self) -> bool {
        self.calls <= 1
    }

    /// Loads what is missing: all keys in one call, then each scan.
    pub(crate) async fn load(&mut self, engine: &dyn Engine, missing: Missing) -> Result<(), Breakdown> {
        if !missing.keys.is_empty() {
            let keys: Vec<Key> = missing.keys.into_iter().collect();
            let found = engine.get_many(&keys).await?;
            if found.len() != keys.len() {
                return Err(Breakdown::new(
                    "the engine answered another number of keys than it was asked for",
                ));
            }
            self.keys.extend(keys.into_iter().zip(found));
            self.calls += 1;
        }
        for (range, limit) in missing.spans {
            let rows = engine.scan(&range, limit).await?;
            self.spans.insert((range, limit), rows);
            self.calls += 1;
        }
        Ok(())
    }

    /// Forgets all of it, as it is out of date; what is forgotten will most likely be asked for again.
    pub(crate) fn forget(&mut self) -> Missing {
        let old = mem::take(self);
        Missing { keys: old.keys.into_keys().collect(), spans: old.spans.into_keys().collect() }
    }
}
