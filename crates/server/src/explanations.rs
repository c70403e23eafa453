//! Explanations on disk: the records of requests that issued something or were denied, for a while and in a bounded room.
//!
//! Each standing has a share of the room of its own, in files that are filled one after the other; the oldest goes when
//! the share is full or the file is too old. So nobody who is not known pushes out what those did who are, and in a file
//! for anybody one network has a quarter at most. Lines are written by a thread of their own, shortly after the answer.

use crate::Refused;
use crate::config::ExplainSettings;
use api::app::Clock;
use api::explanations::{Explained, Finding, Shelf, Standing};
use domain::network::Network;
use domain::records::Breakdown;
use domain::time::{Span, Timestamp};
use serde_json::Value;
use std::collections::{HashMap, VecDeque};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::net::IpAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;
use tokio::task::spawn_blocking;

/// How many bytes of lines may wait to be written; when more come, the disk has stopped.
const WAITING: usize = 4 * 1024 * 1024;

/// Into how many files a share is divided.
const FILES: u64 = 8;

/// The part of a file for anybody that one network may fill.
const OF_ONE_NETWORK: u64 = 4;

/// How often files that are too old are looked for.
const LOOK: Span = Span::from_secs(60);

/// The names of the standings' files begin with these.
const SHARES: [(Standing, &str); 2] = [(Standing::Known, "known"), (Standing::Anybody, "anybody")];

/// Whether an address may fill all that there is.
type IsUncapped = Box<dyn Fn(IpAddr) -> bool + Send>;

/// Where explanations are kept.
pub(crate) struct Explanations {
    folder: PathBuf,
    life: Span,
    clock: Arc<dyn Clock>,
    waiting: Arc<Mutex<Waiting>>,
    wake: Sender<()>,
}

/// What is not on disk yet. A line stays here until it is.
#[derive(Default)]
struct Waiting {
    lines: VecDeque<Explained>,
    bytes: usize,
    /// Whether lines were let go since the last that was kept.
    overflows: bool,
}

impl Explanations {
    /// Keeps explanations in a folder, which is made if it is not there. Addresses that are uncapped may fill all.
    pub(crate) fn open(
        settings: &ExplainSettings,
        folder: PathBuf,
        clock: Arc<dyn Clock>,
        is_uncapped: impl Fn(IpAddr) -> bool + Send + 'static,
    ) -> Result<Self, Refused> {
        let (mut writer, shelf, woken) = Self::parts(settings, folder, clock, Box::new(is_uncapped))?;
        thread::spawn(move || writer.run(&woken));
        Ok(shelf)
    }

    /// What writes, what is asked, and what wakes the one for the other.
    fn parts(
        settings: &ExplainSettings,
        folder: PathBuf,
        clock: Arc<dyn Clock>,
        is_uncapped: IsUncapped,
    ) -> Result<(Writer, Self, Receiver<()>), Refused> {
        let failed = |error: io::Error| {
            Refused(format!("the folder `{}` of explanations cannot be used: {error}", folder.display()))
        };
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed)?;
        let life = Span::from_hours(settings.hours);
        let share = u64::from(settings.megabytes) * 1024 * 1024 / 2;
        let shares = SHARES.map(|(standing, name)| Share {
            folder: folder.clone(),
            standing,
            name,
            file_bytes: share / FILES,
            life,
            current: None,
        });
        let waiting = Arc::new(Mutex::new(Waiting::default()));
        let (wake, woken) = channel();
        let writer =
            Writer { shares, waiting: waiting.clone(), clock: clock.clone(), is_uncapped, looked: None };
        Ok((writer, Self { folder, life, clock, waiting, wake }, woken))
    }
}

impl Shelf for Explanations {
    fn keep(&self, explained: Explained) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.bytes + explained.record.len() > WAITING {
            if !std::mem::replace(&mut waiting.overflows, true) {
                tracing::warn!("explanations cannot be written fast enough; some are let go");
            }
            return;
        }
        waiting.overflows = false;
        // Until nothing waits, the thread goes on by itself.
        let is_first = waiting.lines.is_empty();
        waiting.bytes += explained.record.len();
        waiting.lines.push_back(explained);
        drop(waiting);
        if is_first {
            // The thread lives as long as this does.
            let _woken = self.wake.send(());
        }
    }

    fn find<'a>(&'a self, request_id: &'a str) -> Finding<'a> {
        let wanted = Wanted::of(request_id);
        let waits = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = waits.lines.iter().find(|one| wanted.is(&one.record)).map(|one| one.record.to_string());
        drop(waits);
        let (folder, oldest) = (self.folder.clone(), self.clock.now().before(self.life));
        Box::pin(async move {
            if waiting.is_some() {
                return Ok(waiting);
            }
            let searching = spawn_blocking(move || search(&folder, &wanted, oldest));
            let searched = searching.await.map_err(|_| Breakdown::new("the search did not end"))?;
            searched.map_err(|error| Breakdown::new(format!("explanations cannot be read: {error}")))
        })
    }
}

/// The request whose record is looked for.
struct Wanted {
    id: String,
    /// How its record says so.
    mark: String,
}

impl Wanted {
    fn of(request_id: &str) -> Self {
        Self { id: request_id.to_owned(), mark: format!("\"requestID\":\"{request_id}\"") }
    }

    /// Whether a record is this request's. Deeper within one stand keys that callers chose, such as those of tags.
    fn is(&self, record: &str) -> bool {
        let says = |read: Value| read.get("requestID").and_then(Value::as_str) == Some(&*self.id);
        record.contains(&self.mark) && serde_json::from_str(record).is_ok_and(says)
    }
}

/// Looks for a line through all files, the newest first.
fn search(folder: &Path, wanted: &Wanted, oldest: Timestamp) -> io::Result<Option<String>> {
    for (_, name) in SHARES {
        for (_, path) in files(folder, name)?.into_iter().rev() {
            let file = match File::open(path) {
                Ok(file) => file,
                // It became too old meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            for line in BufReader::new(file).lines() {
                let line = line?;
                let Some((at, record)) = line.split_once(' ').filter(|(_, record)| wanted.is(record)) else {
                    continue;
                };
                let is_kept = at.parse().is_ok_and(|millis| Timestamp::from_millis(millis) >= oldest);
                return Ok(is_kept.then(|| record.to_owned()));
            }
        }
    }
    Ok(None)
}

/// The files of a share and when they were begun, the oldest first.
fn files(folder: &Path, share: &str) -> io::Result<Vec<(i64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let begun = name.strip_prefix(share).and_then(|rest| rest.strip_prefix('-')?.strip_suffix(".jsonl"));
        if let Some(begun) = begun.and_then(|begun| begun.parse().ok()) {
            found.push((begun, path));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// How long the thread sleeps while nothing wakes it.
fn pause() -> Duration {
    Duration::from_millis(LOOK.millis().unsigned_abs())
}

/// Writes what waits.
struct Writer {
    shares: [Share; 2],
    waiting: Arc<Mutex<Waiting>>,
    clock: Arc<dyn Clock>,
    is_uncapped: IsUncapped,
    /// When files that are too old were last looked for.
    looked: Option<Timestamp>,
}

impl Writer {
    fn run(&mut self, woken: &Receiver<()>) {
        let mut is_well = true;
        while woken.recv_timeout(pause()) != Err(RecvTimeoutError::Disconnected) {
            let ended = self.write_all().and_then(|()| self.look());
            match (&ended, std::mem::replace(&mut is_well, ended.is_ok())) {
                (Err(error), true) => {
                    tracing::error!(%error, "explanations cannot be written; some are let go")
                }
                (Ok(()), false) => tracing::warn!("explanations are written again"),
                (Ok(()), true) | (Err(_), false) => {}
            }
        }
    }

    /// Writes all that waits, what has come together with one write. Lines leave the queue when they are on disk, or cannot
    /// be.
    fn write_all(&mut self) -> io::Result<()> {
        let mut ended = Ok(());
        loop {
            let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let lines: Vec<Explained> = waiting.lines.iter().cloned().collect();
            drop(waiting);
            if lines.is_empty() {
                return ended;
            }
            for share in &mut self.shares {
                ended = ended.and(share.write_all(&lines, &self.is_uncapped));
            }
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.lines.drain(..lines.len());
            waiting.bytes -= lines.iter().map(|one| one.record.len()).sum::<usize>();
        }
    }

    /// Looks for files that are too old, if that was not done lately.
    fn look(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        if self.looked.is_some_and(|looked| now >= looked && now.since(looked) < LOOK) {
            return Ok(());
        }
        self.looked = Some(now);
        self.forget_old()
    }

    fn forget_old(&mut self) -> io::Result<()> {
        let now = self.clock.now();
        self.shares.iter_mut().try_for_each(|share| share.forget_old(now))
    }
}

/// The files of one standing.
struct Share {
    folder: PathBuf,
    standing: Standing,
    name: &'static str,
    file_bytes: u64,
    life: Span,
    current: Option<Current>,
}

/// The file that is filled.
struct Current {
    file: File,
    /// Lines that are not in it yet.
    unwritten: Vec<u8>,
    begun: i64,
    bytes: u64,
    /// How much of it the networks filled that count.
    by_network: HashMap<Network, u64>,
}

impl Share {
    /// Writes those of the lines that are of this standing.
    fn write_all(&mut self, lines: &[Explained], is_uncapped: &IsUncapped) -> io::Result<()> {
        let (standing, mut ended) = (self.standing, Ok(()));
        for line in lines.iter().filter(|line| line.standing == standing) {
            ended = ended.and(self.add(line, is_uncapped(line.from)));
        }
        ended.and(self.flush())
    }

    /// Adds a line to those that are to be written.
    fn add(&mut self, explained: &Explained, is_uncapped: bool) -> io::Result<()> {
        let Explained { record, standing, from, at } = explained;
        let line = format!("{} {record}\n", at.millis());
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        if self.current.as_ref().is_some_and(|current| self.is_done(current, length, *at)) {
            self.flush()?;
            self.current = None;
        }
        let of_one_network = self.file_bytes / OF_ONE_NETWORK;
        let current = match self.current.take() {
            Some(current) => self.current.insert(current),
            None => {
                let begun = self.begin(*at)?;
                self.current.insert(begun)
            }
        };
        if *standing == Standing::Anybody && !is_uncapped {
            let filled = current.by_network.entry(Network::of(*from)).or_default();
            if *filled + length > of_one_network {
                return Ok(());
            }
            *filled += length;
        }
        current.bytes += length;
        current.unwritten.extend_from_slice(line.as_bytes());
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let Some(current) = &mut self.current else { return Ok(()) };
        let written = current.file.write_all(&std::mem::take(&mut current.unwritten));
        if written.is_err() {
            // Half a line must not stand before the next one.
            self.current = None;
        }
        written
    }

    /// Whether no more is written into a file: it is full, or covers as long a time as a file may.
    fn is_done(&self, current: &Current, length: u64, now: Timestamp) -> bool {
        let covers = now.millis().saturating_sub(current.begun);
        let may_cover = self.life.millis() / i64::try_from(FILES).unwrap_or(i64::MAX);
        current.bytes + length > self.file_bytes || covers > may_cover || covers < 0
    }

    /// Begins a file, and makes room for it.
    fn begin(&self, now: Timestamp) -> io::Result<Current> {
        let known = files(&self.folder, self.name)?;
        let begun = known.last().map_or(now.millis(), |(last, _)| now.millis().max(last + 1));
        let mut room = self.file_bytes * (FILES - 1);
        for (_, path) in known.into_iter().rev() {
            let length = fs::metadata(&path)?.len();
            room = match room.checked_sub(length) {
                Some(left) => left,
                None => {
                    fs::remove_file(path)?;
                    0
                }
            };
        }
        let path = self.folder.join(format!("{}-{begun}.jsonl", self.name));
        let file = OpenOptions::new().create_new(true).append(true).mode(0o600).open(path)?;
        Ok(Current { file, unwritten: Vec::new(), begun, bytes: 0, by_network: HashMap::new() })
    }

    /// Removes files whose last line is too old: those before one that was begun that long ago, and the last one when
    /// nothing is written into it any more.
    fn forget_old(&mut self, now: Timestamp) -> io::Result<()> {
        if self.current.as_ref().is_some_and(|current| self.is_done(current, 0, now)) {
            self.current = None;
        }
        let oldest = now.before(self.life).millis();
        let current = self.current.as_ref().map(|current| current.begun);
        let may_cover = self.life.millis() / i64::try_from(FILES).unwrap_or(i64::MAX);
        for (begun, path) in files(&self.folder, self.name)? {
            if Some(begun) != current && begun.saturating_add(may_cover) < oldest {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
