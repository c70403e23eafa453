//! What one run of a use case reads: from the cache while that knows, else from one moment of the file.

use crate::engine::{Range, Row, Snapshot, Stamped};
use crate::sqlite::cache::Cache;
use crate::sqlite::readers::{ReadTransaction, Readers};
use domain::records::Breakdown;
use std::cell::{Cell, OnceCell};

/// The reading of one run.
pub(super) struct Glance<'a> {
    readers: &'a Readers,
    cache: &'a Cache,
    /// The stamp of the state that was read first.
    first: Cell<Option<i64>>,
    is_torn: Cell<bool>,
    file: OnceCell<(ReadTransaction<'a>, i64)>,
}

impl<'a> Glance<'a> {
    pub(super) fn new(readers: &'a Readers, cache: &'a Cache) -> Self {
        let (first, is_torn, file) = (Cell::new(None), Cell::new(false), OnceCell::new());
        Self { readers, cache, first, is_torn, file }
    }

    /// Notes of what state something was read.
    fn saw(&self, stamp: i64) {
        let first = self.first.get().unwrap_or(stamp);
        self.first.set(Some(first));
        self.is_torn.set(self.is_torn.get() || first != stamp);
    }

    /// The file, at the moment when it was first needed.
    fn file(&self) -> Result<&(ReadTransaction<'a>, i64), Breakdown> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let moment = self.readers.snapshot()?;
        let stamp = moment.stamp()?;
        self.cache.reach(stamp);
        self.saw(stamp);
        Ok(self.file.get_or_init(|| (moment, stamp)))
    }
}

impl Snapshot for Glance<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Stamped>, Breakdown> {
        if self.file.get().is_none()
            && let (stamp, Some(found)) = self.cache.find(key)
        {
            self.saw(stamp);
            return Ok(found);
        }
        let (moment, stamp) = self.file()?;
        let found = moment.get(key)?;
        self.cache.learn(*stamp, key, &found);
        Ok(found)
    }

    fn scan(&self, range: &Range, limit: usize) -> Result<Vec<Row>, Breakdown> {
        self.file()?.0.scan(range, limit)
    }

    fn is_of_one_instant(&self) -> bool {
        !self.is_torn.get()
    }
}
