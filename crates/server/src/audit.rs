//! The audit's file: a line for each record, a file for each day.
//!
//! Whoever comes while nobody writes writes for all that wait: lines that arrive together are written together, and with
//! `audit.sync` share one wait for the disk. Without it a line survives a crash of the process as soon as it is
//! acknowledged, of the machine a little later. Before each group the file is looked up by its name, so that one that was renamed or removed is followed by a new one.

use crate::Refused;
use crate::metrics::Metrics;
use api::app::Clock;
use api::audit::Sink;
use domain::records::Breakdown;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use tokio::sync::oneshot;
use tokio::task::{spawn_blocking, yield_now};

/// How many bytes of lines may wait to be written; when more come, the disk has stopped and nothing can be issued.
const WAITING: usize = 4 * 1024 * 1024;

/// How often one request writes for others that came meanwhile, before a thread of its own goes on with it.
const ROUNDS: usize = 8;

/// How much of a file is looked at in one piece, in bytes.
const BLOCK: u64 = 64 * 1024;

/// The file sink.
pub(crate) struct AuditFile {
    desk: Arc<Desk>,
    sync: bool,
    metrics: Arc<Metrics>,
}

/// Where lines wait, and what they are written with.
struct Desk {
    waiting: Mutex<Waiting>,
    writer: Mutex<Writer>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<Line>,
    bytes: usize,
}

struct Line {
    text: String,
    written: oneshot::Sender<Result<(), Breakdown>>,
}

impl AuditFile {
    /// Starts writing into a folder.
    pub(crate) fn open(
        folder: PathBuf,
        clock: Arc<dyn Clock>,
        sync: bool,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Refused> {
        let failed = |error: io::Error| Refused(format!("the audit cannot be written: {error}"));
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed)?;
        let writer = Mutex::new(Writer { folder, clock, sync, today: None });
        Ok(Self { desk: Arc::new(Desk { waiting: Mutex::default(), writer }), sync, metrics })
    }

    async fn put(&self, text: String) -> Result<(), Breakdown> {
        let (written, ended) = oneshot::channel();
        self.desk.lay_down(Line { text, written })?;
        if self.sync {
            // The disk takes milliseconds, in which this thread has others to answer.
            let desk = self.desk.clone();
            spawn_blocking(move || desk.write_all());
        } else {
            // Requests that came with this one lay down their lines first, and one writes for all.
            yield_now().await;
            // The system takes microseconds, fewer than to wake another thread. A disk that hangs holds this one alone.
            self.desk.write_all();
        }
        ended.await.unwrap_or_else(|_| Err(Breakdown::new("the audit's writer has stopped")))
    }
}

impl Desk {
    fn lay_down(&self, line: Line) -> Result<(), Breakdown> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.bytes + line.text.len() > WAITING {
            return Err(Breakdown::new("the audit cannot be written fast enough"));
        }
        waiting.bytes += line.text.len();
        waiting.lines.push(line);
        Ok(())
    }

    fn take_up(&self) -> Vec<Line> {
        std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner)).lines
    }

    /// Writes what waits, unless somebody does so already. A line that was laid down while they ended is seen by them
    /// or by whoever laid it down: one looks again after the writer is free, the other tries for it after laying down.
    fn write_all(self: &Arc<Self>) {
        for _ in 0..ROUNDS {
            match self.writer.try_lock() {
                Ok(mut writer) => writer.write_and_tell(self.take_up()),
                Err(TryLockError::Poisoned(poisoned)) => {
                    poisoned.into_inner().write_and_tell(self.take_up());
                }
                Err(TryLockError::WouldBlock) => return,
            }
            if self.waiting.lock().unwrap_or_else(PoisonError::into_inner).lines.is_empty() {
                return;
            }
        }
        let desk = self.clone();
        spawn_blocking(move || desk.write_all());
    }
}

impl Sink for AuditFile {
    fn write(&self, text: String) -> Pin<Box<dyn Future<Output = Result<(), Breakdown>> + Send + '_>> {
        Box::pin(async move {
            let ended = self.put(text).await;
            self.metrics.audit_line(ended.is_ok());
            ended
        })
    }
}

struct Writer {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    sync: bool,
    today: Option<Today>,
}

struct Today {
    path: PathBuf,
    file: File,
    /// The length of the file up to the end of its last whole line.
    whole: u64,
}

impl Today {
    /// Whether the file still has its name, and is as this writer left it.
    fn is_in_place(&self) -> io::Result<bool> {
        let named = match std::fs::metadata(&self.path) {
            Ok(named) => named,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        let held = self.file.metadata()?;
        Ok((named.dev(), named.ino(), named.len()) == (held.dev(), held.ino(), self.whole))
    }
}

impl Writer {
    fn write_and_tell(&mut self, group: Vec<Line>) {
        if group.is_empty() {
            return;
        }
        let ended = self.write(&group).map_err(|error| Breakdown::new(format!("the audit: {error}")));
        for line in group {
            // Whoever asked may have gone; the line is written all the same.
            let _gone = line.written.send(ended.clone());
        }
    }

    fn write(&mut self, group: &[Line]) -> io::Result<()> {
        let path = self.folder.join(format!("{}.jsonl", self.clock.now().day()));
        let sync = self.sync;
        let today = self.file_at(path)?;
        let mut bytes = Vec::with_capacity(group.iter().map(|line| line.text.len() + 1).sum());
        for line in group {
            bytes.extend_from_slice(line.text.as_bytes());
            bytes.push(b'\n');
        }
        let written =
            today.file.write_all(&bytes).and_then(|()| if sync { today.file.sync_data() } else { Ok(()) });
        match written {
            Ok(()) => {
                today.whole += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                // Half a line must not stand before the next one. If it cannot be cut off now, it is when the file is
                // opened again.
                let whole = today.whole;
                if let Some(today) = self.today.take() {
                    let _cut_later = today.file.set_len(whole);
                }
                Err(error)
            }
        }
    }

    fn file_at(&mut self, path: PathBuf) -> io::Result<&mut Today> {
        let current = match self.today.take() {
            Some(today) if today.path == path && today.is_in_place()? => Some(today),
            Some(_) | None => None,
        };
        let today = match current {
            Some(today) => today,
            None => {
                let today = open_day(path)?;
                if self.sync {
                    // A new file's name is as easily lost as its lines.
                    File::open(&self.folder)?.sync_all()?;
                }
                today
            }
        };
        Ok(self.today.insert(today))
    }
}

/// Opens the file of a day. What a crash left of a line that nobody was told about is cut off, so that every line is a
/// whole record.
fn open_day(path: PathBuf) -> io::Result<Today> {
    let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&path)?;
    let length = file.metadata()?.len();
    let whole = end_of_last_line(&mut file, length)?;
    if whole < length {
        file.set_len(whole)?;
    }
    Ok(Today { path, file, whole })
}

/// Where the last whole line of a file ends, looked for from the end of the file.
fn end_of_last_line(file: &mut File, length: u64) -> io::Result<u64> {
    let mut end = length;
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        Read::take(&mut *file, end - start).read_to_end(&mut block)?;
        if let Some(last) = block.iter().rposition(|byte| *byte == b'\n') {
            return Ok(start + last as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::Timestamp;
    use std::path::Path;

    struct Fixed;
    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_767_323_045)
        }
    }

    fn open(folder: &Path) -> AuditFile {
        AuditFile::open(folder.to_owned(), Arc::new(Fixed), true, Arc::new(Metrics::new())).unwrap()
    }

    #[tokio::test]
    async fn a_line_is_in_the_days_file_when_it_is_acknowledged() {
        let folder = tempfile::tempdir().unwrap();
        let sink = open(folder.path());
        sink.write("one".to_owned()).await.unwrap();
        sink.write("two".to_owned()).await.unwrap();
        let written = std::fs::read_to_string(folder.path().join("2026-01-02.jsonl")).unwrap();
        assert_eq!(written, "one\ntwo\n");
    }

    #[tokio::test]
    async fn a_file_that_is_renamed_away_is_followed_by_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let (path, rotated) = (folder.path().join("2026-01-02.jsonl"), folder.path().join("rotated"));
        let sink = open(folder.path());
        sink.write("one".to_owned()).await.unwrap();
        std::fs::rename(&path, &rotated).unwrap();
        sink.write("two".to_owned()).await.unwrap();
        assert_eq!(std::fs::read_to_string(rotated).unwrap(), "one\n");
        assert_eq!(std::fs::read_to_string(path).unwrap(), "two\n");
    }

    #[tokio::test]
    async fn a_file_that_is_removed_or_replaced_takes_no_line_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-01-02.jsonl");
        let sink = open(folder.path());
        sink.write("lost by whoever removes it".to_owned()).await.unwrap();
        std::fs::remove_file(&path).unwrap();
        sink.write("two".to_owned()).await.unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two\n");
        let other = folder.path().join("other");
        std::fs::write(&other, "other\n").unwrap();
        std::fs::rename(&other, &path).unwrap();
        sink.write("three".to_owned()).await.unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "other\nthree\n");
    }

    #[tokio::test]
    async fn a_file_that_others_cut_or_add_to_still_holds_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("2026-01-02.jsonl");
        let sink = open(folder.path());
        sink.write("one".to_owned()).await.unwrap();
        for (meddled, kept) in [("", ""), ("on", ""), ("one\ntwo\nthr", "one\ntwo\n")] {
            std::fs::write(&path, meddled).unwrap();
            sink.write("next".to_owned()).await.unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{kept}next\n"));
        }
    }

    #[tokio::test]
    async fn when_the_folder_is_gone_nothing_is_acknowledged_until_it_is_back() {
        let folder = tempfile::tempdir().unwrap();
        let audit = folder.path().join("audit");
        let sink = open(&audit);
        sink.write("one".to_owned()).await.unwrap();
        std::fs::remove_dir_all(&audit).unwrap();
        assert!(sink.write("lost".to_owned()).await.is_err());
        std::fs::create_dir(&audit).unwrap();
        sink.write("two".to_owned()).await.unwrap();
        assert_eq!(std::fs::read_to_string(audit.join("2026-01-02.jsonl")).unwrap(), "two\n");
    }

    #[tokio::test]
    async fn half_a_line_of_a_crash_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let long = "l".repeat(3 * BLOCK as usize);
        for (left, kept) in [
            ("whole\nhal".to_owned(), "whole\n"),
            ("hal".to_owned(), ""),
            (format!("whole\n{long}"), "whole\n"),
            (long.clone(), ""),
            ("whole\n".to_owned(), "whole\n"),
        ] {
            std::fs::write(folder.path().join("2026-01-02.jsonl"), left).unwrap();
            open(folder.path()).write("next".to_owned()).await.unwrap();
            let written = std::fs::read_to_string(folder.path().join("2026-01-02.jsonl")).unwrap();
            assert_eq!(written, format!("{kept}next\n"));
        }
    }

    #[tokio::test]
    async fn a_line_that_cannot_be_written_is_a_breakdown() {
        let folder = tempfile::tempdir().unwrap();
        let sink = open(folder.path());
        std::fs::create_dir(folder.path().join("2026-01-02.jsonl")).unwrap();
        assert!(sink.write("lost".to_owned()).await.is_err());
    }
}
