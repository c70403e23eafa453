//! An engine that breaks at a chosen moment: for tests of what is left behind.

use crate::engine::{Answer, Batch, Engine, Key, Outcome, Range, Row, Snapshot, Stamped};
use domain::records::Breakdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// When, in the call that breaks, it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the engine has done anything.
    Before,
    /// After the engine has done it all, so that only the answer is lost.
    After,
}

/// Another engine, one of whose calls breaks; reads of a snapshot are calls as well.
pub struct Breaking {
    engine: Arc<dyn Engine>,
    calls: AtomicUsize,
    breaks: usize,
    moment: Moment,
}

impl Breaking {
    /// The engine whose `nth` call from now, counted from 1, breaks.
    pub fn new(engine: Arc<dyn Engine>, nth: usize, moment: Moment) -> Self {
        Self { engine, calls: AtomicUsize::new(0), breaks: nth, moment }
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn breaks_now(&self) -> bool {
        self.calls.fetch_add(1, Ordering::SeqCst) + 1 == self.breaks
    }

    fn at_once<T>(&self, call: impl FnOnce() -> Result<T, Breakdown>) -> Result<T, Breakdown> {
        if self.breaks_now() { Err(broken()) } else { call() }
    }

    fn call<'a, T: Send + 'a>(&'a self, answer: Answer<'a, T>) -> Answer<'a, T> {
        Box::pin(async move {
            let breaks = self.breaks_now();
            if breaks && self.moment == Moment::Before {
                return Err(broken());
            }
            let answered = answer.await;
            if breaks { Err(broken()) } else { answered }
        })
    }
}

fn broken() -> Breakdown {
    Breakdown::new("the engine was broken on purpose")
}

impl Engine for Breaking {
    fn get_many<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Option<Stamped>>> {
        self.call(self.engine.get_many(keys))
    }

    fn scan<'a>(&'a self, range: &'a Range, limit: usize) -> Answer<'a, Vec<Row>> {
        self.call(self.engine.scan(range, limit))
    }

    fn commit(&self, batch: Batch) -> Answer<'_, Outcome> {
        self.call(self.engine.commit(batch))
    }

    fn wipe(&self) -> Answer<'_, ()> {
        self.call(self.engine.wipe())
    }

    fn snapshot(&self) -> Result<Option<Box<dyn Snapshot + '_>>, Breakdown> {
        let snapshot = self.at_once(|| self.engine.snapshot())?;
        Ok(snapshot.map(|snapshot| -> Box<dyn Snapshot + '_> {
            Box::new(BreakingSnapshot { engine: self, snapshot })
        }))
    }
}

struct BreakingSnapshot<'a> {
    engine: &'a Breaking,
    snapshot: Box<dyn Snapshot + 'a>,
}

impl Snapshot for BreakingSnapshot<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Stamped>, Breakdown> {
        self.engine.at_once(|| self.snapshot.get(key))
    }

    fn scan(&self, range: &Range, limit: usize) -> Result<Vec<Row>, Breakdown> {
        self.engine.at_once(|| self.snapshot.scan(range, limit))
    }
}
