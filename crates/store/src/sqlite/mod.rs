//! The embedded engine: one SQLite file, written by one thread and read on snapshots.

mod cache;
mod file;
mod glance;
mod readers;
mod writer;

use crate::engine::{Answer, Batch, Engine, Key, Outcome, Range, Row, Snapshot, Stamped};
use crate::sqlite::cache::Cache;
use crate::sqlite::glance::Glance;
use crate::sqlite::readers::Readers;
use crate::sqlite::writer::{Change, Writer};
use domain::records::Breakdown;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Records in an SQLite file. Dropping it finishes what was begun and closes the file.
pub struct Sqlite {
    // Closed before the writer, whose connection then is the last and leaves a file without a log beside it.
    readers: Readers,
    cache: Arc<Cache>,
    writer: Writer,
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenRefused {
    /// It is something else.
    #[error("`{0}` is not a store of Cenote; move it away or choose another data folder")]
    Foreign(PathBuf),
    /// A newer Cenote wrote it.
    #[error(
        "`{path}` was written by a newer Cenote (format {format}, this one reads up to {known}); \
         start that version, or restore a backup made before the upgrade"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: i32,
        /// The newest format known here.
        known: i32,
    },
    /// It cannot be opened or read.
    #[error(
        "`{path}` cannot be opened: {cause}; check that the folder exists, is writable and has free space"
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
}

impl Sqlite {
    /// Opens the file, or makes it, readable by its owner only.
    ///
    /// # Errors
    /// The file is something else, of a newer format, or unusable.
    pub fn open(path: &Path) -> Result<Self, OpenRefused> {
        let connection = file::open(path)?;
        let unusable = |cause: String| OpenRefused::Unusable { path: path.to_owned(), cause };
        let stamp = connection.query_row(file::LAST_STAMP, [], |row| row.get(0));
        let cache = Arc::new(Cache::at(stamp.map_err(|error| unusable(error.to_string()))?));
        let writer = Writer::start(connection, path, cache.clone());
        let writer = writer.map_err(|error| unusable(error.to_string()))?;
        Ok(Self { readers: Readers::new(path.to_owned()), cache, writer })
    }
}

impl Sqlite {
    /// Writes a copy of the store, as it is at one moment, into a file that is not there yet; blocks while it does so.
    /// Commits go on meanwhile. Only the owner can read the copy, and it is as durable as a file that was just written.
    ///
    /// # Errors
    /// A breakdown of the engine, or of the disk.
    pub fn copy_to(&self, path: &Path) -> Result<(), Breakdown> {
        file::copy(self.readers.path(), path)
            .map_err(|cause| Breakdown::new(format!("the store could not be copied: {cause}")))
    }
}

impl Engine for Sqlite {
    fn get_many<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Option<Stamped>>> {
        Box::pin(async move {
            let snapshot = self.readers.snapshot()?;
            self.cache.reach(snapshot.stamp()?);
            keys.iter().map(|key| snapshot.get(key)).collect()
        })
    }

    fn scan<'a>(&'a self, range: &'a Range, limit: usize) -> Answer<'a, Vec<Row>> {
        Box::pin(async move {
            let snapshot = self.readers.snapshot()?;
            self.cache.reach(snapshot.stamp()?);
            snapshot.scan(range, limit)
        })
    }

    fn commit(&self, batch: Batch) -> Answer<'_, Outcome> {
        Box::pin(self.writer.apply(Change::Batch(batch)))
    }

    fn wipe(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.writer.apply(Change::Wipe).await.map(|_| ()) })
    }

    fn snapshot(&self) -> Result<Option<Box<dyn Snapshot + '_>>, Breakdown> {
        Ok(Some(Box::new(Glance::new(&self.readers, &self.cache))))
    }
}

fn broken(what: &str, error: &rusqlite::Error) -> Breakdown {
    Breakdown::new(format!("the store could not be {what}: {error}"))
}
