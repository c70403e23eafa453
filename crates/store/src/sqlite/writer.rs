//! Writing: one thread, which commits all that waits for it in one go.

use crate::engine::{Batch, Key, Outcome, Scanned, Version, Write};
use crate::sqlite::cache::Cache;
use crate::sqlite::{broken, file};
use domain::records::Breakdown;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// The most changes that share one commit.
const GROUP: usize = 256;
/// The most changes that wait in line; further callers wait to get in.
const WAITING: usize = 1024;
/// The length of the log, in bytes, from which it is written back into the file.
const LONG_LOG: u64 = 4 << 20;
/// How long commits are held up for the sake of a shorter log while somebody still reads from it.
const LOG_PATIENCE: Duration = Duration::from_millis(100);

const VERSION: &str = "SELECT version FROM records WHERE k = ?1";
const VERSIONS: &str = "SELECT k, version FROM records WHERE k >= ?1 AND k < ?2 ORDER BY k LIMIT ?3";
const VERSIONS_TO_THE_END: &str = "SELECT k, version FROM records WHERE k >= ?1 ORDER BY k LIMIT ?2";
const PUT: &str = "INSERT INTO records (k, version, v) VALUES (?1, ?2, ?3)
     ON CONFLICT (k) DO UPDATE SET version = excluded.version, v = excluded.v";
const DELETE: &str = "DELETE FROM records WHERE k = ?1";
const WIPE: &str = "DELETE FROM records";
const SET_LAST_STAMP: &str = "UPDATE stamp SET last = ?1";

/// The handle of the writing thread, which ends, and is waited for, when the handle is dropped.
pub(super) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

/// What is to be changed.
pub(super) enum Change {
    Batch(Batch),
    Wipe,
}

struct Job {
    change: Change,
    answer: oneshot::Sender<Result<Outcome, Breakdown>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, path: &Path, cache: Arc<Cache>) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let log = Log::of(path);
        let write = move || work(connection, waiting, &cache, log);
        let thread = thread::Builder::new().name("store-writer".to_owned()).spawn(write)?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Makes the change; durable when answered with `Done`.
    pub(super) async fn apply(&self, change: Change) -> Result<Outcome, Breakdown> {
        let gone = || Breakdown::new("the store's writing thread has ended");
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(gone)?;
        jobs.send(Job { change, answer }).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writing thread ended in a panic");
        }
    }
}

fn work(mut connection: Connection, mut waiting: mpsc::Receiver<Job>, cache: &Cache, mut log: Log) {
    while let Some(first) = waiting.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(job) = waiting.try_recv()
        {
            group.push(job);
        }
        let written = write(&mut connection, &group);
        match &written {
            Ok(made) => cache
                .advance(made.iter().zip(&group).filter_map(|(made, job)| Some((made.stamp?, &job.change)))),
            Err(_) => cache.forget(),
        }
        answer(group, written);
        log.shorten(&connection);
    }
}

/// What became of a change.
struct Made {
    outcome: Outcome,
    /// The stamp of what it wrote, if it wrote anything.
    stamp: Option<i64>,
}

/// Makes all changes in one transaction, each on top of those before it, with one write to the disk.
fn write(connection: &mut Connection, group: &[Job]) -> rusqlite::Result<Vec<Made>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let before: i64 = transaction.prepare_cached(file::LAST_STAMP)?.query_row([], |row| row.get(0))?;
    let mut stamp = before;
    let mut all = Vec::with_capacity(group.len());
    for job in group {
        let made = match &job.change {
            Change::Batch(batch) if !still_holds(&transaction, batch)? => {
                Made { outcome: Outcome::Conflict, stamp: None }
            }
            Change::Batch(batch) if batch.writes.is_empty() => Made { outcome: Outcome::Done, stamp: None },
            Change::Batch(batch) => {
                stamp += 1;
                put(&transaction, batch, stamp)?;
                Made { outcome: Outcome::Done, stamp: Some(stamp) }
            }
            Change::Wipe => {
                stamp += 1;
                transaction.prepare_cached(WIPE)?.execute([])?;
                Made { outcome: Outcome::Done, stamp: Some(stamp) }
            }
        };
        all.push(made);
    }
    if stamp != before {
        transaction.prepare_cached(SET_LAST_STAMP)?.execute([stamp])?;
    }
    transaction.commit()?;
    Ok(all)
}

fn answer(group: Vec<Job>, written: rusqlite::Result<Vec<Made>>) {
    // Who no longer waits for the answer does not need it.
    match written {
        Ok(all) => {
            for (job, made) in group.into_iter().zip(all) {
                let _: Result<(), _> = job.answer.send(Ok(made.outcome));
            }
        }
        Err(error) => {
            for job in group {
                let _: Result<(), _> = job.answer.send(Err(broken("written", &error)));
            }
        }
    }
}

/// Whether all that the batch has read is still so.
fn still_holds(transaction: &Transaction<'_>, batch: &Batch) -> rusqlite::Result<bool> {
    let mut version = transaction.prepare_cached(VERSION)?;
    for (key, expected) in &batch.expected {
        let now = version.query_row([key], |row| row.get::<_, i64>(0)).optional()?;
        if now.map(|now| Version(now.cast_unsigned())) != *expected {
            return Ok(false);
        }
    }
    for scanned in &batch.scanned {
        if versions(transaction, scanned)? != scanned.seen {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What lies in the scanned range now, up to one row more than was seen.
fn versions(transaction: &Transaction<'_>, scanned: &Scanned) -> rusqlite::Result<Vec<(Key, Version)>> {
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, Version(row.get::<_, i64>(1)?.cast_unsigned())));
    let limit = i64::try_from(scanned.seen.len()).unwrap_or(i64::MAX).saturating_add(1);
    let start = &scanned.range.start;
    match &scanned.range.end {
        Some(end) => {
            let mut versions = transaction.prepare_cached(VERSIONS)?;
            versions.query_map(params![start, end, limit], row)?.collect()
        }
        None => {
            let mut versions = transaction.prepare_cached(VERSIONS_TO_THE_END)?;
            versions.query_map(params![start, limit], row)?.collect()
        }
    }
}

fn put(transaction: &Transaction<'_>, batch: &Batch, stamp: i64) -> rusqlite::Result<()> {
    let mut put = transaction.prepare_cached(PUT)?;
    let mut delete = transaction.prepare_cached(DELETE)?;
    for (key, write) in &batch.writes {
        match write {
            Write::Put(value) => put.execute(params![key, stamp, value.as_ref()])?,
            Write::Delete => delete.execute([key])?,
        };
    }
    Ok(())
}

/// The write-ahead log beside the file. It would grow for as long as reads overlap, so it is cut back to nothing
/// whenever it has become long; for that its readers have to end first, which takes them microseconds.
struct Log {
    path: PathBuf,
    cut_at: u64,
}

impl Log {
    fn of(path: &Path) -> Self {
        let mut path = path.to_owned().into_os_string();
        path.push("-wal");
        Self { path: path.into(), cut_at: LONG_LOG }
    }

    fn shorten(&mut self, connection: &Connection) {
        let length = self.path.metadata().map_or(0, |log| log.len());
        if length < self.cut_at {
            return;
        }
        // A long reader, such as a backup, must not hold up every commit: the next try comes when the log has grown.
        self.cut_at = match cut(connection) {
            Ok(true) => LONG_LOG,
            Ok(false) => length + LONG_LOG,
            Err(error) => {
                tracing::warn!(%error, length, "the store's log could not be shortened");
                length + LONG_LOG
            }
        };
    }
}

/// Whether it was possible to write the whole log back into the file.
fn cut(connection: &Connection) -> rusqlite::Result<bool> {
    connection.busy_timeout(LOG_PATIENCE)?;
    let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    connection.busy_timeout(file::BUSY)?;
    Ok(!busy?)
}
