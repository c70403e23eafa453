//! Somebody else who writes at the worst moment.

use crate::engine::{Answer, Batch, Engine, Key, Outcome, Range, Row, Snapshot, Stamped};
use domain::records::Breakdown;
use std::sync::{Arc, Mutex, PoisonError};

/// Another engine, into which a batch is committed right before the first commit that writes.
pub(super) struct Meddling {
    engine: Arc<dyn Engine>,
    batch: Mutex<Option<Batch>>,
}

impl Meddling {
    pub(super) fn new(engine: Arc<dyn Engine>, batch: Batch) -> Self {
        Self { engine, batch: Mutex::new(Some(batch)) }
    }
}

impl Engine for Meddling {
    fn get_many<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Option<Stamped>>> {
        self.engine.get_many(keys)
    }

    fn scan<'a>(&'a self, range: &'a Range, limit: usize) -> Answer<'a, Vec<Row>> {
        self.engine.scan(range, limit)
    }

    fn commit(&self, batch: Batch) -> Answer<'_, Outcome> {
        Box::pin(async move {
            let first = self.batch.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(first) = first {
                self.engine.commit(first).await?;
            }
            self.engine.commit(batch).await
        })
    }

    fn wipe(&self) -> Answer<'_, ()> {
        self.engine.wipe()
    }

    fn snapshot(&self) -> Result<Option<Box<dyn Snapshot + '_>>, Breakdown> {
        self.engine.snapshot()
    }
}
