//! The contract of an engine: an ordered key-value store with optimistic commits. It knows nothing of records.

use domain::records::Breakdown;
use std::collections::BTreeMap;
use std::pin::Pin;

/// The bytes under which a record lies; keys are ordered byte by byte.
pub type Key = Vec<u8>;

pub use crate::value::Value;

/// A stamp that a key gets whenever it is written; unlike any other the key ever had, also before it was deleted, the
/// store wiped or the process restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// A value and the version it was read at.
#[derive(Clone)]
pub struct Stamped {
    /// The value.
    pub value: Value,
    /// Its version.
    pub version: Version,
}

/// A key found by a scan, with what lies under it.
#[derive(Clone)]
pub struct Row {
    /// The key.
    pub key: Key,
    /// Its value and version.
    pub stamped: Stamped,
}

/// The keys from `start`, inclusive, to `end`, exclusive; without an end, all that follow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// The first key that belongs to it.
    pub start: Key,
    /// The first key after it that does not.
    pub end: Option<Key>,
}

impl Range {
    /// Every key there can be.
    pub fn everything() -> Self {
        Self { start: Key::new(), end: None }
    }

    /// Every key that starts with these bytes.
    pub fn prefix(bytes: Key) -> Self {
        Self { end: after_all(&bytes), start: bytes }
    }

    /// Whether no key can lie in it.
    pub fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }
}

/// The first key after all that start with these bytes; `None` if there is none.
pub(crate) fn after_all(prefix: &[u8]) -> Option<Key> {
    let mut key = prefix.to_vec();
    while let Some(last) = key.pop() {
        if let Some(next) = last.checked_add(1) {
            key.push(next);
            return Some(key);
        }
    }
    None
}

/// A range that was read, and all that was in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scanned {
    /// What was read to its end; a scan that met its limit has read up to its last row only.
    pub range: Range,
    /// The keys found, in order, with their versions.
    pub seen: Vec<(Key, Version)>,
}

/// What becomes of a key.
#[derive(Clone)]
pub enum Write {
    /// The value is put there, whatever was there before.
    Put(Value),
    /// Nothing is left there.
    Delete,
}

/// All that one run of a use case has read and wants to write: one indivisible change.
#[derive(Clone, Default)]
pub struct Batch {
    /// The keys read, with the version each had; `None` where there was nothing.
    pub expected: BTreeMap<Key, Option<Version>>,
    /// The ranges read.
    pub scanned: Vec<Scanned>,
    /// What to write.
    pub writes: BTreeMap<Key, Write>,
}

/// How a commit ended, if the engine did not break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All that was read is still so, and all writes are durable.
    Done,
    /// Something that was read has changed since; nothing is written.
    Conflict,
}

/// What an engine will answer.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Breakdown>> + Send + 'a>>;

/// Something that keeps keys and values.
///
/// Each call sees one instant of the store. What a call was answered with is seen by every call made after that answer.
pub trait Engine: Send + Sync {
    /// What lies under each of the keys, in the order asked.
    fn get_many<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Option<Stamped>>>;

    /// The first rows of the range in the order of their keys, at most `limit`.
    fn scan<'a>(&'a self, range: &'a Range, limit: usize) -> Answer<'a, Vec<Row>>;

    /// Writes the batch if all that it has read is still so. Done means durable; a conflict or a breakdown leaves
    /// nothing half-done. After a breakdown the batch may have been written as a whole.
    fn commit(&self, batch: Batch) -> Answer<'_, Outcome>;

    /// Deletes every key at once.
    fn wipe(&self) -> Answer<'_, ()>;

    /// What one run reads from, if this engine reads in microseconds; `None` makes callers load what they need first.
    ///
    /// It is held for one run of a use case and never across an `await`.
    fn snapshot(&self) -> Result<Option<Box<dyn Snapshot + '_>>, Breakdown>;
}

/// One instant of a store, or what is taken for one until it is asked.
pub trait Snapshot {
    /// What lies under the key.
    fn get(&self, key: &[u8]) -> Result<Option<Stamped>, Breakdown>;

    /// The first rows of the range in the order of their keys, at most `limit`.
    fn scan(&self, range: &Range, limit: usize) -> Result<Vec<Row>, Breakdown>;

    /// Whether all that was read so far is of one instant. If not, what was read has to be validated by a commit, as
    /// what is loaded piece by piece.
    fn is_of_one_instant(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_prefix_is_the_first_key_that_does_not_start_with_it() {
        assert_eq!(after_all(b"ab"), Some(b"ac".to_vec()));
        assert_eq!(after_all(b"a\xff\xff"), Some(b"b".to_vec()));
        assert_eq!(after_all(b"\xff"), None);
        assert_eq!(after_all(b""), None);
    }

    #[test]
    fn a_range_that_ends_where_it_starts_is_empty() {
        let range = |start: &[u8], end: &[u8]| Range { start: start.to_vec(), end: Some(end.to_vec()) };
        assert!(range(b"a", b"a").is_empty());
        assert!(range(b"b", b"a").is_empty());
        assert!(!range(b"a", b"b").is_empty());
        assert!(!Range::everything().is_empty());
    }
}
