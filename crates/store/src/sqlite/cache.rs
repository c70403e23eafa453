//! What was read or written lately, so that most runs of use cases need no look into the file.
//!
//! The cache shows one state of the store: the one that its stamp names. The writer brings it to each new state before it
//! answers anybody. A reader that finds the file ahead of it, which can be for the moment between the two, empties it.

use crate::engine::{Key, Stamped, Version, Write};
use crate::sqlite::writer::Change;
use quick_cache::Weighter;
use quick_cache::unsync;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How much is kept, in bytes.
const KEPT: u64 = 4 << 20;
/// How many keys that may be, roughly: what the cache's own tables are made for.
const KEYS: usize = 4096;

/// Keys and what lies under them, nothing included, in one state of the store.
pub(super) struct Cache {
    state: Mutex<State>,
}

struct State {
    stamp: i64,
    known: unsync::Cache<Key, Option<Stamped>, Weight>,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Key, Option<Stamped>> for Weight {
    fn weight(&self, key: &Key, found: &Option<Stamped>) -> u64 {
        const OVERHEAD: usize = 96;
        // A record takes about twice as much once it is decoded, and is kept beside its bytes.
        let value = found.as_ref().map_or(0, |stamped| 3 * stamped.value.len());
        (OVERHEAD + key.len() + value) as u64
    }
}

impl Cache {
    /// A cache that knows nothing of the state with this stamp.
    pub(super) fn at(stamp: i64) -> Self {
        let known = unsync::Cache::with_weighter(KEYS, KEPT, Weight);
        Self { state: Mutex::new(State { stamp, known }) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stamp of the state that it shows, and what lies under a key then, if that is known.
    pub(super) fn find(&self, key: &[u8]) -> (i64, Option<Option<Stamped>>) {
        let state = self.state();
        (state.stamp, state.known.get(key).cloned())
    }

    /// Sees that the file has come to the state with this stamp. If it is ahead, what is known is of an older state, and
    /// whoever comes after that reader must not see that any more.
    pub(super) fn reach(&self, stamp: i64) {
        let mut state = self.state();
        if stamp > state.stamp {
            state.known.clear();
            state.stamp = stamp;
        }
    }

    /// Remembers what a reader found in the state with this stamp.
    pub(super) fn learn(&self, stamp: i64, key: &[u8], found: &Option<Stamped>) {
        let mut state = self.state();
        if stamp == state.stamp {
            state.known.insert(key.to_vec(), found.clone());
        }
    }

    /// Forgets everything: nobody knows whether the last changes were made.
    pub(super) fn forget(&self) {
        self.state().known.clear();
    }

    /// Goes on to the state that these changes, just committed, have made; each with the stamp it was given.
    pub(super) fn advance<'c>(&self, changes: impl Iterator<Item = (i64, &'c Change)>) {
        let mut state = self.state();
        for (stamp, change) in changes {
            match change {
                Change::Wipe => state.known.clear(),
                Change::Batch(batch) => {
                    for (key, write) in &batch.writes {
                        let found = match write {
                            Write::Put(value) => {
                                let version = Version(stamp.cast_unsigned());
                                Some(Stamped { value: value.clone(), version })
                            }
                            Write::Delete => None,
                        };
                        state.known.insert(key.clone(), found);
                    }
                }
            }
            state.stamp = state.stamp.max(stamp);
        }
    }
}
