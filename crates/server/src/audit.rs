//! The audit's file: a line for each record, a file for each day.
//!
//! One thread writes. Lines that arrive together are written together, and with `--audit-sync` share one wait for the
//! disk. Without it a line survives a crash of the process as soon as it is acknowledged, of the machine a little later.

use crate::Refused;
use api::app::Clock;
use api::audit::Sink;
use domain::records::Breakdown;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use tokio::sync::oneshot;

/// How many lines may wait to be written; when more come, the disk has stopped and nothing can be issued.
const WAITING: usize = 4096;

/// How much of a file is looked at in one piece, in bytes.
const BLOCK: u64 = 64 * 1024;

/// The file sink.
pub(crate) struct AuditFile {
    lines: SyncSender<Line>,
}

struct Line {
    text: String,
    written: oneshot::Sender<Result<(), Breakdown>>,
}

impl AuditFile {
    /// Starts writing into a folder.
    pub(crate) fn open(folder: PathBuf, clock: Arc<dyn Clock>, sync: bool) -> Result<Self, Refused> {
        let failed = |error: io::Error| Refused(format!("the audit cannot be written: {error}"));
        DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(failed)?;
        let (lines, arriving) = sync_channel(WAITING);
        let writer = Writer { folder, clock, sync, today: None };
        std::thread::Builder::new()
            .name("audit".to_owned())
            .spawn(move || writer.run(&arriving))
            .map_err(failed)?;
        Ok(Self { lines })
    }
}

impl Sink for AuditFile {
    fn write(&self, text: String) -> Pin<Box<dyn Future<Output = Result<(), Breakdown>> + Send + '_>> {
        Box::pin(async move {
            let (written, ended) = oneshot::channel();
            match self.lines.try_send(Line { text, written }) {
                Ok(()) => {
                    ended.await.unwrap_or_else(|_| Err(Breakdown::new("the audit's writer has stopped")))
                }
                Err(TrySendError::Full(_)) => Err(Breakdown::new("the audit cannot be written fast enough")),
                Err(TrySendError::Disconnected(_)) => Err(Breakdown::new("the audit's writer has stopped")),
            }
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
    day: String,
    file: File,
    /// The length of the file up to the end of its last whole line.
    whole: u64,
}

impl Writer {
    fn run(mut self, arriving: &Receiver<Line>) {
        while let Ok(first) = arriving.recv() {
            let mut group = vec![first];
            group.extend(arriving.try_iter().take(WAITING));
            let ended = self.write(&group).map_err(|error| Breakdown::new(format!("the audit: {error}")));
            for line in group {
                // Whoever asked may have gone; the line is written all the same.
                let _gone = line.written.send(ended.clone());
            }
        }
    }

    fn write(&mut self, group: &[Line]) -> io::Result<()> {
        let day = self.clock.now().day();
        let sync = self.sync;
        let today = self.file_of(day)?;
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
                // Half a line must not stand before the next one.
                today.file.set_len(today.whole)?;
                Err(error)
            }
        }
    }

    fn file_of(&mut self, day: String) -> io::Result<&mut Today> {
        let current = self.today.take().filter(|today| today.day == day);
        let today = match current {
            Some(today) => today,
            None => {
                let today = open_day(&self.folder, day)?;
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
fn open_day(folder: &Path, day: String) -> io::Result<Today> {
    let path = folder.join(format!("{day}.jsonl"));
    let mut file = OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(path)?;
    let length = file.metadata()?.len();
    let whole = end_of_last_line(&mut file, length)?;
    if whole < length {
        file.set_len(whole)?;
    }
    Ok(Today { day, file, whole })
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

    struct Fixed;
    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            Timestamp::from_secs(1_767_323_045)
        }
    }

    fn open(folder: &Path) -> AuditFile {
        AuditFile::open(folder.to_owned(), Arc::new(Fixed), true).unwrap()
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
