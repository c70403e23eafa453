//! The records as one run of a use case sees them: reads are noted, writes are kept back until the end.

use crate::engine::{Batch, Key, Range, Row, Scanned, Snapshot, Stamped, Value, Write};
use crate::loaded::{Loaded, Missing};
use crate::table::{Rows, Table};
use domain::records::{Breakdown, Read, Stop, Unready};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::collections::BTreeMap;

/// The records within one run of a use case. What the run has written, it reads.
pub struct Records<'a> {
    source: Source<'a>,
    batch: Batch,
    unread: Missing,
    wanted: Missing,
    broken: Option<Breakdown>,
}

/// Where a run reads from.
pub(crate) enum Source<'a> {
    /// Everything is at hand.
    Snapshot(&'a dyn Snapshot),
    /// What earlier runs have asked for is at hand.
    Loaded(&'a Loaded),
}

/// How a run ended.
pub(crate) enum Ended<T, R> {
    /// The use case has a result or is broken, which counts once the batch is committed, if there is one to commit.
    Finished(Result<Result<T, R>, Breakdown>, Option<Batch>),
    /// It has to run again when this is loaded.
    Suspended(Missing),
}

/// A row that a scan found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<V> {
    /// The last part of its key.
    pub name: String,
    /// Its value.
    pub value: V,
}

impl<'a> Records<'a> {
    pub(crate) fn new(source: Source<'a>) -> Self {
        let (unread, wanted) = (Missing::default(), Missing::default());
        Self { source, batch: Batch::default(), unread, wanted, broken: None }
    }

    /// The record under the key.
    pub fn get<const N: usize, V: DeserializeOwned + Any + Clone + Send + Sync>(
        &mut self,
        table: &Table<N, V>,
        key: [&str; N],
    ) -> Read<Option<V>> {
        let key = table.key(key);
        match self.value(&key)? {
            Some(value) => {
                let decoded = value.decoded(|bytes| serde_json::from_slice(bytes));
                decoded.map(Some).map_err(|_| self.undecodable(table, &key))
            }
            None => Ok(None),
        }
    }

    /// Puts the record under the key, whatever was there before.
    pub fn put<const N: usize, V: Serialize>(&mut self, table: &Table<N, V>, key: [&str; N], value: &V) {
        match serde_json::to_vec(value) {
            Ok(json) => {
                self.batch.writes.insert(table.key(key), Write::Put(json.into()));
            }
            Err(_) => {
                let what = format!("a record of table `{}` cannot be written as JSON", table.name());
                let _: Unready = self.broken(Breakdown::new(what));
            }
        }
    }

    /// Leaves nothing under the key.
    pub fn delete<const N: usize, V>(&mut self, table: &Table<N, V>, key: [&str; N]) {
        self.batch.writes.insert(table.key(key), Write::Delete);
    }

    /// The first of the rows in the order of their keys, at most `limit`.
    pub fn scan<const N: usize, V: DeserializeOwned>(
        &mut self,
        rows: &Rows<'_, N, V>,
        limit: usize,
    ) -> Read<Vec<Found<V>>> {
        let mut found = Vec::new();
        for (key, value) in self.values(&rows.range, limit)? {
            let name = rows.table.parts(&key).and_then(|mut parts| parts.pop());
            let Some(name) = name else { return Err(self.undecodable(rows.table, &key)) };
            // Rows are read from the file each time, so what they decode to is not kept.
            let decoded = serde_json::from_slice(&value);
            found.push(Found { name, value: decoded.map_err(|_| self.undecodable(rows.table, &key))? });
        }
        Ok(found)
    }

    /// How many rows there are; at most `limit` are counted.
    pub fn count<const N: usize, V>(&mut self, rows: &Rows<'_, N, V>, limit: usize) -> Read<usize> {
        Ok(self.values(&rows.range, limit)?.len())
    }

    /// Says that the run will probably read this key, made by [`Table::key`], so that an engine that has to load it
    /// does so together with the next thing that is read.
    pub fn want(&mut self, key: Key) {
        if let Source::Loaded(loaded) = &self.source
            && loaded.get(&key).is_none()
        {
            self.wanted.keys.insert(key);
        }
    }

    /// Ends the run with a breakdown, for records that contradict each other; to be passed on with `?`.
    pub fn broken(&mut self, breakdown: Breakdown) -> Unready {
        self.broken.get_or_insert(breakdown);
        Unready::new()
    }

    /// What the run came to, given what the use case returned. Only a success writes.
    pub(crate) fn end<T, R>(mut self, returned: Result<T, Stop<R>>) -> Ended<T, R> {
        // A use case that lost an `Unready` on its way decided without knowing; what it returned does not count.
        if self.broken.is_none() && !self.unread.is_empty() {
            self.unread.keys.append(&mut self.wanted.keys);
            return Ended::Suspended(self.unread);
        }
        let result = match (self.broken, returned) {
            (Some(breakdown), _) => Err(breakdown),
            (None, Ok(result)) => return Ended::Finished(Ok(Ok(result)), Some(self.batch)),
            (None, Err(Stop::Refused(refusal))) => Ok(Err(refusal)),
            (None, Err(Stop::Unready(_))) => {
                Err(Breakdown::new("a use case stopped although nothing it read was missing"))
            }
        };
        self.batch.writes.clear();
        Ended::Finished(result, Some(self.batch))
    }

    fn value(&mut self, key: &[u8]) -> Read<Option<Value>> {
        match self.batch.writes.get(key) {
            Some(Write::Put(value)) => return Ok(Some(value.clone())),
            Some(Write::Delete) => return Ok(None),
            None => {}
        }
        let found = self.stored(key)?;
        self.batch.expected.insert(key.to_vec(), found.as_ref().map(|found| found.version));
        Ok(found.map(|found| found.value))
    }

    /// The rows of the range as the run has left them: those stored, less those deleted, and those put.
    fn values(&mut self, range: &Range, limit: usize) -> Read<Vec<(Key, Value)>> {
        if limit == 0 || range.is_empty() {
            return Ok(Vec::new());
        }
        let written: Vec<(Key, Write)> = (self.batch.writes.range(range.start.clone()..))
            .take_while(|(key, _)| range.end.as_ref().is_none_or(|end| *key < end))
            .map(|(key, write)| (key.clone(), write.clone()))
            .collect();
        // Each write hides at most one stored row, so that enough are left to fill the limit.
        let enough = limit.saturating_add(written.len());
        let rows = self.stored_rows(range, enough)?;
        self.batch.scanned.push(scanned(range, enough, &rows));
        let mut merged: BTreeMap<Key, Value> =
            rows.into_iter().map(|row| (row.key, row.stamped.value)).collect();
        for (key, write) in written {
            match write {
                Write::Put(value) => merged.insert(key, value),
                Write::Delete => merged.remove(&key),
            };
        }
        Ok(merged.into_iter().take(limit).collect())
    }

    fn stored(&mut self, key: &[u8]) -> Read<Option<Stamped>> {
        let snapshot = match &self.source {
            Source::Snapshot(snapshot) => *snapshot,
            Source::Loaded(loaded) => {
                return loaded.get(key).ok_or_else(|| {
                    self.unread.keys.insert(key.to_vec());
                    Unready::new()
                });
            }
        };
        snapshot.get(key).map_err(|breakdown| self.broken(breakdown))
    }

    fn stored_rows(&mut self, range: &Range, limit: usize) -> Read<Vec<Row>> {
        let snapshot = match &self.source {
            Source::Snapshot(snapshot) => *snapshot,
            Source::Loaded(loaded) => {
                let span = (range.clone(), limit);
                return loaded.scan(&span).ok_or_else(|| {
                    self.unread.spans.insert(span);
                    Unready::new()
                });
            }
        };
        snapshot.scan(range, limit).map_err(|breakdown| self.broken(breakdown))
    }

    /// The parser's own words may quote the value, so nobody hears them.
    fn undecodable<const N: usize, V>(&mut self, table: &Table<N, V>, key: &[u8]) -> Unready {
        let name = table.name();
        let key = table.parts(key).unwrap_or_else(|| vec![key.escape_ascii().to_string()]);
        self.broken(Breakdown::new(format!("the record `{key:?}` of table `{name}` does not decode")))
    }
}

/// What a scan has seen: the whole range, or, if it met its limit, the range up to the last row.
fn scanned(range: &Range, limit: usize, rows: &[Row]) -> Scanned {
    let mut range = range.clone();
    if rows.len() >= limit
        && let Some(last) = rows.last()
    {
        let mut end = last.key.clone();
        end.push(0);
        range.end = Some(end);
    }
    Scanned { range, seen: rows.iter().map(|row| (row.key.clone(), row.stamped.version)).collect() }
}
