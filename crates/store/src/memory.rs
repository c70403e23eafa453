//! The engine that keeps everything in memory and loses it at the end: for tests and simulations.

use crate::engine::{Answer, Batch, Engine, Key, Outcome, Range, Row, Snapshot, Stamped, Version, Write};
use domain::records::Breakdown;
use std::collections::{BTreeMap, btree_map};
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

/// Records in memory.
#[derive(Default)]
pub struct Memory {
    state: RwLock<State>,
}

#[derive(Default)]
struct State {
    records: BTreeMap<Key, Stamped>,
    last: u64,
}

impl Memory {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, batch: Batch) -> Outcome {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if !state.still_holds(&batch) {
            return Outcome::Conflict;
        }
        state.last += 1;
        let version = Version(state.last);
        for (key, write) in batch.writes {
            match write {
                Write::Put(value) => state.records.insert(key, Stamped { value, version }),
                Write::Delete => state.records.remove(&key),
            };
        }
        Outcome::Done
    }
}

impl Engine for Memory {
    fn get_many<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Option<Stamped>>> {
        Box::pin(async move {
            let state = self.read();
            Ok(keys.iter().map(|key| state.records.get(key).cloned()).collect())
        })
    }

    fn scan<'a>(&'a self, range: &'a Range, limit: usize) -> Answer<'a, Vec<Row>> {
        Box::pin(async move { Ok(self.read().rows(range, limit)) })
    }

    fn commit(&self, batch: Batch) -> Answer<'_, Outcome> {
        Box::pin(async move { Ok(self.write(batch)) })
    }

    fn wipe(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.state.write().unwrap_or_else(PoisonError::into_inner).records.clear();
            Ok(())
        })
    }

    fn snapshot(&self) -> Result<Option<Box<dyn Snapshot + '_>>, Breakdown> {
        Ok(Some(Box::new(self.read())))
    }
}

/// Holding the lock keeps the instant.
impl Snapshot for RwLockReadGuard<'_, State> {
    fn get(&self, key: &[u8]) -> Result<Option<Stamped>, Breakdown> {
        Ok(self.records.get(key).cloned())
    }

    fn scan(&self, range: &Range, limit: usize) -> Result<Vec<Row>, Breakdown> {
        Ok(self.rows(range, limit))
    }
}

impl State {
    fn still_holds(&self, batch: &Batch) -> bool {
        let version = |key| self.records.get(key).map(|stamped| stamped.version);
        batch.expected.iter().all(|(key, expected)| version(key) == *expected)
            && batch.scanned.iter().all(|scanned| {
                let now = self.range(&scanned.range).map(|(key, stamped)| (key, stamped.version));
                now.eq(scanned.seen.iter().map(|(key, version)| (key, *version)))
            })
    }

    fn rows(&self, range: &Range, limit: usize) -> Vec<Row> {
        let row = |(key, stamped): (&Key, &Stamped)| Row { key: key.clone(), stamped: stamped.clone() };
        self.range(range).take(limit).map(row).collect()
    }

    fn range(&self, range: &Range) -> btree_map::Range<'_, Key, Stamped> {
        // `BTreeMap::range` panics where the end comes before the start.
        let end = if range.is_empty() { Some(&range.start) } else { range.end.as_ref() };
        let end = end.map_or(Bound::Unbounded, |end| Bound::Excluded(end.as_slice()));
        self.records.range::<[u8], _>((Bound::Included(range.start.as_slice()), end))
    }
}
