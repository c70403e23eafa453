//! The memory engine as if it stood at the other end of a busy network: for tests.

use crate::engine::{Answer, Batch, Engine, Key, Outcome, Range, Row, Snapshot, Stamped};
use crate::memory::Memory;
use domain::records::Breakdown;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::yield_now;

/// Memory that answers late, out of order and without snapshots, differently for each seed.
pub struct Late {
    memory: Memory,
    dice: AtomicU64,
}

impl Late {
    /// An empty one.
    pub fn new(seed: u64) -> Self {
        Self { memory: Memory::default(), dice: AtomicU64::new(seed) }
    }

    /// Lets others go first, zero to seven times.
    async fn delay(&self) {
        for _ in 0..self.roll() % 8 {
            yield_now().await;
        }
    }

    /// The next number of SplitMix64 (Steele, Lea, Flood 2014).
    fn roll(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut number = self.dice.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^ (number >> 31)
    }

    /// The request takes its time to arrive, and so does the answer to come back.
    fn after_a_while<'a, T: Send + 'a>(&'a self, answer: Answer<'a, T>) -> Answer<'a, T> {
        Box::pin(async move {
            self.delay().await;
            let answered = answer.await;
            self.delay().await;
            answered
        })
    }
}

impl Engine for Late {
    fn get_many<'a>(&'a self, keys: &'a [Key]) -> Answer<'a, Vec<Option<Stamped>>> {
        self.after_a_while(self.memory.get_many(keys))
    }

    fn scan<'a>(&'a self, range: &'a Range, limit: usize) -> Answer<'a, Vec<Row>> {
        self.after_a_while(self.memory.scan(range, limit))
    }

    fn commit(&self, batch: Batch) -> Answer<'_, Outcome> {
        self.after_a_while(self.memory.commit(batch))
    }

    fn wipe(&self) -> Answer<'_, ()> {
        self.after_a_while(self.memory.wipe())
    }

    fn snapshot(&self) -> Result<Option<Box<dyn Snapshot + '_>>, Breakdown> {
        Ok(None)
    }
}
