//! Remembering: records in typed tables over an ordered key-value engine, read and written by use cases that run as
//! one transaction each.
//!
//! `table` and `records` are what the record traits of `domain` are implemented with; `engine` is the contract, and
//! `memory` and `sqlite` fulfil it. `late`, `breaking` and `conformance` are for tests.

pub mod breaking;
pub mod conformance;
pub mod engine;
pub mod late;
pub mod memory;
pub mod records;
pub mod sqlite;
pub mod table;

mod loaded;
mod tables;
mod tape;
mod value;

use crate::engine::{Batch, Engine, Outcome, Range};
use crate::loaded::Loaded;
use crate::records::{Ended, Records, Source};
use crate::tape::Tape;
use domain::entropy::Entropy;
use domain::records::{Breakdown, Stop};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use tokio::sync::Mutex;
use tokio::task::yield_now;

/// How often a use case runs again because somebody else changed what it had read.
const CONFLICTS: usize = 1000;
/// After so many conflicts a use case waits for its turn, so that those which have waited longest compete least.
const PATIENCE: usize = 8;
/// How often a use case is suspended to load what it asks for, between two conflicts.
const ROUNDS: usize = 1000;

/// The records of Cenote; clones share them.
#[derive(Clone)]
pub struct Store {
    engine: Arc<dyn Engine>,
    turn: Arc<Mutex<()>>,
    counts: Arc<Counting>,
}

#[derive(Default)]
struct Counting {
    commits: AtomicU64,
    conflicts: AtomicU64,
    breakdowns: AtomicU64,
}

/// How commits have ended so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Those that were made.
    pub commits: u64,
    /// Those that were not, because others had changed what they rest on; the use case then ran again.
    pub conflicts: u64,
    /// Those that the engine could not make.
    pub breakdowns: u64,
}

impl Store {
    /// The store that keeps its records in this engine.
    pub fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, turn: Arc::default(), counts: Arc::default() }
    }

    /// How commits have ended so far.
    pub fn counts(&self) -> Counts {
        let Counting { commits, conflicts, breakdowns } = self.counts.as_ref();
        let [commits, conflicts, breakdowns] =
            [commits, conflicts, breakdowns].map(|count| count.load(Relaxed));
        Counts { commits, conflicts, breakdowns }
    }

    async fn commit(&self, batch: Batch) -> Result<Outcome, Breakdown> {
        let ended = self.engine.commit(batch).await;
        let count = match &ended {
            Ok(Outcome::Done) => &self.counts.commits,
            Ok(Outcome::Conflict) => &self.counts.conflicts,
            Err(_) => &self.counts.breakdowns,
        };
        count.fetch_add(1, Relaxed);
        ended
    }

    /// Runs a use case as one transaction: all it reads is of one instant, and all it writes is durable, or nothing is.
    ///
    /// The use case is run again when something it reads has to be loaded first or has been changed by others; the
    /// randomness handed to it is drawn once and is the same in every run. A refusal writes nothing.
    ///
    /// # Errors
    /// The outer error is a breakdown of the store; after one the writes may or may not have been made, but never in
    /// part. The inner one is the use case's refusal.
    pub async fn transact<T: Send, R: Send>(
        &self,
        entropy: &dyn Entropy,
        work: impl Fn(&mut Records<'_>, &dyn Entropy) -> Result<T, Stop<R>> + Send,
    ) -> Result<Result<T, R>, Breakdown> {
        let engine = self.engine.as_ref();
        let tape = Tape::new(entropy);
        let mut loaded = Loaded::default();
        let (mut conflicts, mut rounds) = (0, 0);
        // Held, once taken, until the use case has ended.
        let mut _turn = None;
        loop {
            let ended = run(engine, &loaded, &tape, &work)?;
            let missing = match ended {
                Ended::Finished(result, None) => return result,
                Ended::Finished(result, Some(batch)) => match self.commit(batch).await? {
                    Outcome::Done => return result,
                    Outcome::Conflict => {
                        (conflicts, rounds) = (conflicts + 1, 0);
                        loaded.forget()
                    }
                },
                Ended::Suspended(missing) => {
                    rounds += 1;
                    missing
                }
            };
            if conflicts == CONFLICTS || rounds == ROUNDS {
                let what =
                    format!("a use case did not end after {conflicts} conflicts and {rounds} suspensions");
                return Err(Breakdown::new(what));
            }
            if conflicts == PATIENCE && _turn.is_none() {
                _turn = Some(self.turn.lock().await);
            }
            yield_now().await;
            loaded.load(engine, missing).await?;
        }
    }

    /// Deletes every record at once.
    ///
    /// # Errors
    /// A breakdown of the engine.
    pub async fn wipe(&self) -> Result<(), Breakdown> {
        self.engine.wipe().await
    }

    /// Whether there is no record at all.
    ///
    /// # Errors
    /// A breakdown of the engine.
    pub async fn is_empty(&self) -> Result<bool, Breakdown> {
        Ok(self.engine.scan(&Range::everything(), 1).await?.is_empty())
    }
}

/// Runs the use case once, from its start.
fn run<T, R>(
    engine: &dyn Engine,
    loaded: &Loaded,
    tape: &Tape<'_>,
    work: &impl Fn(&mut Records<'_>, &dyn Entropy) -> Result<T, Stop<R>>,
) -> Result<Ended<T, R>, Breakdown> {
    tape.rewind();
    let snapshot = engine.snapshot()?;
    let source = match &snapshot {
        Some(snapshot) => Source::Snapshot(snapshot.as_ref()),
        None => Source::Loaded(loaded),
    };
    let mut records = Records::new(source);
    let returned = work(&mut records, tape);
    let ended = records.end(returned);
    let one_instant = match &snapshot {
        Some(snapshot) => snapshot.is_of_one_instant(),
        None => loaded.is_of_one_instant(),
    };
    Ok(match ended {
        Ended::Finished(result, Some(batch)) if one_instant && batch.writes.is_empty() => {
            Ended::Finished(result, None)
        }
        ended @ (Ended::Finished(..) | Ended::Suspended(_)) => ended,
    })
}
