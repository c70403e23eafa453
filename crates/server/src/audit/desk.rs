//! Where lines wait for a folder.
//!
//! Whoever lays a line down while nobody writes calls somebody who writes for all that wait: lines that arrive together
//! are written together, and with `audit.sync` share one wait for the disk.

use crate::audit::days::Days;
use domain::records::Breakdown;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::{spawn_blocking, yield_now};
use tokio::time::{Instant, timeout_at};

/// How many bytes of lines may wait to be written; when more come, the disk has stopped.
const WAITING: usize = 4 * 1024 * 1024;

/// How long a write may keep a thread of the server before another is woken.
const MOMENT: Duration = Duration::from_millis(50);

/// The desk of one folder.
pub(super) struct Desk {
    waiting: Mutex<Waiting>,
    days: Mutex<Days>,
    sync: bool,
    patience: Duration,
    opened: Instant,
    /// When the write under way began, in milliseconds since the desk was opened, counted from one; 0 while there is none.
    began: AtomicU64,
    /// Ends whoever watches, with the desk.
    _watched: Sender<()>,
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
        let (watched, ended) = channel();
        let desk = Arc::new(Self {
            waiting: Mutex::default(),
            days: Mutex::new(days),
            sync,
            patience,
            opened: Instant::now(),
            began: AtomicU64::new(0),
            _watched: watched,
        });
        if !sync {
            let (watched, runtime) = (Arc::downgrade(&desk), Handle::current());
            thread::spawn(move || watch(&watched, &ended, &runtime));
        }
        desk
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
        self.has_written_for(self.patience)
    }

    /// Whether a write is under way that began this long ago.
    fn has_written_for(&self, span: Duration) -> bool {
        let began = self.began.load(Ordering::Relaxed);
        began != 0 && u128::from(self.now().saturating_sub(began)) >= span.as_millis()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX - 1) + 1
    }
}

/// Wakes a thread of the server whenever a write keeps one for longer than a moment, for as long as there is a desk. The
/// thread that writes may be the one that the others leave it to to see what arrives and whose time is up, and it tells
/// none of them that it writes: that would cost more than most writes.
fn watch(desk: &Weak<Desk>, ended: &Receiver<()>, runtime: &Handle) {
    while ended.recv_timeout(MOMENT) == Err(RecvTimeoutError::Timeout) {
        if desk.upgrade().is_some_and(|desk| desk.has_written_for(MOMENT)) {
            // Whoever is woken for nothing looks for what arrived before they rest again.
            drop(runtime.spawn(async {}));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::app::Clock;
    use domain::time::Timestamp;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    struct Fixed;
    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_767_323_045)
        }
    }

    /// A clock that says when it is asked and hangs until it may go on, and with it the write that asks it.
    struct Hanging {
        asked: Sender<()>,
        goes_on: Mutex<Receiver<()>>,
    }
    impl Clock for Hanging {
        fn now(&self) -> Timestamp {
            self.asked.send(()).unwrap();
            let _test_has_failed = self.goes_on.lock().unwrap().recv();
            Fixed.now()
        }
    }

    #[test]
    fn a_write_that_hangs_stops_nobody_else_on_whichever_thread_it_does() {
        // Every task that ends has its thread look for what arrived: the one that then writes had the arrivals to itself.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .event_interval(1)
            .enable_all()
            .build()
            .unwrap();
        let _within = runtime.enter();
        let folder = tempfile::tempdir().unwrap();
        let (asked, hangs) = channel();
        let (go_on, goes_on) = channel();
        let clock = Arc::new(Hanging { asked, goes_on: Mutex::new(goes_on) });
        let days = Days::new(folder.path().to_owned(), clock, false);
        let desk = Desk::new(days, false, Duration::from_secs(60));
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let mut peer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        peer.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let lays_down = desk.clone();
        runtime.spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            while let Ok(byte) = stream.read_u8().await {
                if byte == b'w' {
                    drop(lays_down.begin(&Arc::from("line")).unwrap());
                }
                stream.write_u8(byte).await.unwrap();
            }
        });
        let mut answers = |asked: u8| {
            let mut answer = [0];
            peer.write_all(&[asked]).unwrap();
            peer.read_exact(&mut answer).is_ok()
        };
        for round in 0..20 {
            assert!(answers(b'w'));
            hangs.recv().unwrap();
            assert!(answers(b'r'), "round {round}: nobody is answered while a write hangs");
            go_on.send(()).unwrap();
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
