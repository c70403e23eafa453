//! The embedded engine: one SQLite file, written by one thread and read on snapshots.

mod file;
mod readers;
mod writer;

use crate::engine::{Answer, Batch, Engine, Key, Outcome, Range, Row, Snapshot, Stamped};
use crate::sqlite::readers::Readers;
use crate::sqlite::writer::{Change, Writer};
use domain::records::Breakdown;
use std::path::{Path, PathBuf};

/// Records in an SQLite file. Dropping it finishes what was begun and closes the file.
pub struct Sqlite {
    // Closed before the writer, whose connection then is the last and leaves a file without a log beside it.
    readers: Readers,
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
        let writer = Writer::start(connection, path)
            .map_err(|error| OpenRefused::Unusable { path: path.to_owned(), cause: error.to_string() })?;
        Ok(Self { readers: Readers::new(path.to_owned()), writer })
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
            keys.iter().map(|key| snapshot.get(key)).collect()
        })
    }

    fn scan<'a>(&'a self, range: &'a Range, limit: usize) -> Answer<'a, Vec<Row>> {
        Box::pin(async move { self.readers.snapshot()?.scan(range, limit) })
    }

    fn commit(&self, batch: Batch) -> Answer<'_, Outcome> {
        Box::pin(self.writer.apply(Change::Batch(batch)))
    }

    fn wipe(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.writer.apply(Change::Wipe).await.map(|_| ()) })
    }

    fn snapshot(&self) -> Result<Option<Box<dyn Snapshot + '_>>, Breakdown> {
        Ok(Some(Box::new(self.readers.snapshot()?)))
    }
}

fn broken(what: &str, error: &rusqlite::Error) -> Breakdown {
    Breakdown::new(format!("the store could not be {what}: {error}"))
}
