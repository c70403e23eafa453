//! Where lines wait for a folder.
//!
//! Whoever lays a line down while nobody writes calls somebody who writes for all that wait: lines that arrive together
//! are written together, and with `audit.sync` share one wait for the disk.

use crate::audit::days::Days;
use domain::records::Breakdown;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::{Instant, timeout_at};

/// How many bytes of lines may wait to be written; when more come, the disk has stopped.
const WAITING: usize = 4 * 1024 * 1024;

/// The desk of one folder.
pub(super) struct Desk {
    waiting: Mutex<Waiting>,
    days: Mutex<Days>,
    sync: bool,
    patience: Duration,
    opened: Instant,
    /// When the write under way began, in milliseconds since the desk was opened, counted from one; 0 while there is none.
    began: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    bytes: usize,
    /// Whether somebody writes, or is on their way to.
    is_called: bool,
}

struct Line {
    text: Arc<str>,
    written: oneshot::Sender<Result<(), Breakdown>>,
}

/// A line that was laid down.
pub(super) struct Begun(oneshot::Receiver<Result<(), Breakdown>>);

impl Begun {
    /// Whether the line was written, once that is known; it was not if that is not known in time.
    pub(super) async fn ended_until(self, until: Instant) -> Result<(), Breakdown> {
        match timeout_at(until, self.0).await {
            Ok(Ok(ended)) => ended,
            Ok(Err(_)) => Err(Breakdown::new("the audit's writer has stopped")),
            Err(_) => Err(Breakdown::new("the audit takes too long to be written")),
        }
    }
}

impl Desk {
    /// A desk in front of a folder, at which nobody waits for longer than their patience lasts.
    pub(super) fn new(days: Days, sync: bool, patience: Duration) -> Arc<Self> {
        Arc::new(Self {
            waiting: Mutex::default(),
            days: Mutex::new(days),
            sync,
            patience,
            opened: Instant::now(),
            began: AtomicU64::new(0),
        })
    }

    /// Begins to write a line, unless the write under way hangs.
    pub(super) fn begin(self: &Arc<Self>, text: &Arc<str>) -> Result<Begun, Breakdown> {
        if self.hangs() {
            return Err(Breakdown::new("an earlier write of the audit has not ended"));
        }
        let (written, ended) = oneshot::channel();
        if self.lay_down(Line { text: text.clone(), written })? {
            self.call();
        }
        Ok(Begun(ended))
    }

    /// Has what waits written.
    fn call(self: &Arc<Self>) {
        let desk = self.clone();
        if self.sync {
            // The disk takes milliseconds, in which this thread has others to answer.
            spawn_blocking(move || while desk.write_some() {});
            return;
        }
        // The system takes microseconds, fewer than to wake another thread: this one does it in between. It is not done
        // where the line arrives, so that a disk that hangs keeps the thread but not whoever asked.
        tokio::spawn(async move {
            loop {
                // Requests that came with this one lay down their lines first, and one writes for all; those who were
                // told go first as well, so that none is left behind a write that hangs.
                yield_now().await;
                if !desk.write_some() {
                    return;
                }
            }
        });
    }

    /// Adds a line to what waits, and gives whether somebody has to be called to write it.
    fn lay_down(&self, line: Line) -> Result<bool, Breakdown> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.bytes + line.text.len() > WAITING {
            return Err(Breakdown::new("the audit cannot be written fast enough"));
        }
        waiting.bytes += line.text.len();
        waiting.lines.push(line);
        Ok(!std::mem::replace(&mut waiting.is_called, true))
    }

    fn take_up(&self) -> Vec<Line> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.bytes = 0;
        std::mem::take(&mut waiting.lines)
    }

    /// Writes what waits, and gives whether more has come meanwhile; if none has, the next line calls somebody again.
    fn write_some(&self) -> bool {
        let group = self.take_up();
        self.began.store(self.now(), Ordering::Relaxed);
        let mut days = self.days.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = days.write(group.iter().map(|line| &*line.text));
        drop(days);
        self.began.store(0, Ordering::Relaxed);
        let ended = ended.map_err(|error| Breakdown::new(format!("the audit: {error}")));
        for line in group {
            // Whoever asked may have gone; the line is written all the same.
            let _gone = line.written.send(ended.clone());
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_called = !waiting.lines.is_empty();
        waiting.is_called
    }

    fn hangs(&self) -> bool {
        let began = self.began.load(Ordering::Relaxed);
        began != 0 && u128::from(self.now().saturating_sub(began)) >= self.patience.as_millis()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::app::Clock;
    use domain::time::Timestamp;

    struct Fixed;
    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_767_323_045)
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn lines_that_arrive_at_once_are_each_written_once() {
        for sync in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let days = Days::new(folder.path().to_owned(), Arc::new(Fixed), sync);
            let desk = Desk::new(days, sync, Duration::from_secs(60));
            let until = Instant::now() + Duration::from_secs(60);
            let put = |number: usize| {
                let (desk, line) = (desk.clone(), Arc::from(number.to_string()));
                tokio::spawn(async move { desk.begin(&line).unwrap().ended_until(until).await })
            };
            let putting: Vec<_> = (0..2000).map(put).collect();
            for put in putting {
                put.await.unwrap().unwrap();
            }
            let written = std::fs::read_to_string(folder.path().join("2026-01-02.jsonl")).unwrap();
            let mut written: Vec<usize> = written.lines().map(|line| line.parse().unwrap()).collect();
            written.sort_unstable();
            assert_eq!(written, (0..2000).collect::<Vec<_>>());
        }
    }
}
