//! The time, asked of the machine.

#![expect(clippy::disallowed_methods, reason = "this is the place that asks the machine for the time")]

use api::app::Clock;
use domain::time::{Span, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The machine's clock, moved forward by as much as a developer asked for.
#[derive(Default)]
pub(crate) struct MachineClock {
    ahead_millis: AtomicI64,
}

impl MachineClock {
    /// Moves the clock forward.
    pub(crate) fn advance(&self, span: Span) {
        self.ahead_millis.fetch_add(span.millis(), Ordering::SeqCst);
    }

    /// Back to the machine's own time.
    pub(crate) fn reset(&self) {
        self.ahead_millis.store(0, Ordering::SeqCst);
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let millis = i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(millis.saturating_add(self.ahead_millis.load(Ordering::SeqCst)))
    }
}

/// How long something takes.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}
