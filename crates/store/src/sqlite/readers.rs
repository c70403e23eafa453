//! Reading on snapshots: a few connections, each lent to one run of a use case at a time.

use crate::engine::{Key, Range, Row, Stamped, Version};
use crate::sqlite::{broken, file};
use domain::records::Breakdown;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How many use cases read at the same moment; one more waits for microseconds.
const CONNECTIONS: usize = 4;
/// How long to wait for a connection; longer than any use case runs.
const PATIENCE: Duration = Duration::from_secs(10);

const GET: &str = "SELECT version, v FROM records WHERE k = ?1";
const SCAN: &str = "SELECT version, v, k FROM records WHERE k >= ?1 AND k < ?2 ORDER BY k LIMIT ?3";
const SCAN_TO_THE_END: &str = "SELECT version, v, k FROM records WHERE k >= ?1 ORDER BY k LIMIT ?2";

/// The connections for reading, opened when first needed.
pub(super) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connection>,
    open: usize,
}

impl Readers {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, pool: Mutex::default(), returned: Condvar::new() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The store as it is when the snapshot is first read.
    pub(super) fn snapshot(&self) -> Result<ReadTransaction<'_>, Breakdown> {
        let connection = self.take()?;
        let begun = connection.prepare_cached("BEGIN DEFERRED").and_then(|mut begin| begin.execute([]));
        match begun {
            Ok(_) => Ok(ReadTransaction { readers: self, connection: Some(connection) }),
            Err(error) => {
                self.give_back(None);
                Err(broken("read", &error))
            }
        }
    }

    fn take(&self) -> Result<Connection, Breakdown> {
        let all_lent = |pool: &mut Pool| pool.idle.is_empty() && pool.open >= CONNECTIONS;
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.returned.wait_timeout_while(pool, PATIENCE, all_lent);
        let (mut pool, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            return Err(Breakdown::new(format!("no connection to the store was free for {PATIENCE:?}")));
        }
        if let Some(connection) = pool.idle.pop() {
            return Ok(connection);
        }
        pool.open += 1;
        drop(pool);
        file::open_reader(&self.path).map_err(|error| {
            self.give_back(None);
            broken("opened", &error)
        })
    }

    /// A connection that failed is not given back; another will be opened in its place.
    fn give_back(&self, connection: Option<Connection>) {
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        match connection {
            Some(connection) => pool.idle.push(connection),
            None => pool.open -= 1,
        }
        drop(pool);
        self.returned.notify_one();
    }
}

/// One instant of the file.
pub(super) struct ReadTransaction<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl ReadTransaction<'_> {
    fn read<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Breakdown> {
        let connection = self.connection.as_ref().ok_or_else(|| Breakdown::new("the snapshot is over"))?;
        read(connection).map_err(|error| broken("read", &error))
    }
}

impl ReadTransaction<'_> {
    /// The stamp of the state that it shows.
    pub(super) fn stamp(&self) -> Result<i64, Breakdown> {
        self.read(|connection| connection.prepare_cached(file::LAST_STAMP)?.query_row([], |row| row.get(0)))
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<Stamped>, Breakdown> {
        self.read(|connection| connection.prepare_cached(GET)?.query_row([key], stamped).optional())
    }

    pub(super) fn scan(&self, range: &Range, limit: usize) -> Result<Vec<Row>, Breakdown> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|connection| match &range.end {
            Some(end) => {
                let mut scan = connection.prepare_cached(SCAN)?;
                scan.query_map(params![range.start, end, limit], row)?.collect()
            }
            None => {
                let mut scan = connection.prepare_cached(SCAN_TO_THE_END)?;
                scan.query_map(params![range.start, limit], row)?.collect()
            }
        })
    }
}

impl Drop for ReadTransaction<'_> {
    fn drop(&mut self) {
        let ended = |connection: &Connection| connection.prepare_cached("ROLLBACK")?.execute([]);
        self.readers.give_back(self.connection.take().filter(|connection| ended(connection).is_ok()));
    }
}

fn stamped(row: &rusqlite::Row<'_>) -> rusqlite::Result<Stamped> {
    let version = Version(row.get::<_, i64>(0)?.cast_unsigned());
    Ok(Stamped { version, value: row.get_ref(1)?.as_blob()?.into() })
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    Ok(Row { key: row.get::<_, Key>(2)?, stamped: stamped(row)? })
}
