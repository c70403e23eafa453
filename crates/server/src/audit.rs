//! The audit's folders: every line goes to each of them, and one that has it is enough.
//!
//! Without `audit.sync` a line survives a crash of the process as soon as it is acknowledged, of the machine a little
//! later. A folder that fails is tried again with every line. One that takes too long is not waited for again until the
//! write that hangs has ended: it keeps one thread of the server, of which there is always one more than folders.

mod days;
mod desk;

use crate::Refused;
use crate::config::AuditSettings;
use crate::metrics::Metrics;
use api::app::Clock;
use api::audit::Sink;
use days::Days;
use desk::{Begun, Desk};
use domain::records::Breakdown;
use std::collections::HashSet;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;
use tokio::time::Instant;

/// The folders, as one sink.
pub(crate) struct AuditFolders {
    folders: Vec<Folder>,
    patience: Duration,
    metrics: Arc<Metrics>,
}

/// A folder, and whether the last line got there.
struct Folder {
    name: String,
    desk: Arc<Desk>,
    is_up: AtomicBool,
}

impl AuditFolders {
    /// Starts writing into the folders of the settings, which are made if they are not there.
    ///
    /// # Errors
    /// None of them can be written to, or two are one.
    pub(crate) fn open(
        settings: &AuditSettings,
        own: PathBuf,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Refused> {
        let paths = if settings.folders.is_empty() { vec![own] } else { settings.folders.clone() };
        let patience = Duration::from_secs(settings.wait_seconds.into());
        let made: Vec<(PathBuf, io::Result<(u64, u64)>)> =
            paths.into_iter().map(|path| (path.clone(), made_within(patience, path))).collect();
        let mut known = HashSet::new();
        for (path, made) in &made {
            if made.as_ref().is_ok_and(|made| !known.insert(*made)) {
                return Err(Refused(format!("audit.folders: `{}` is named twice", path.display())));
            }
        }
        if known.is_empty() {
            let faults = made
                .iter()
                .filter_map(|(path, made)| Some(format!("`{}`: {}", path.display(), made.as_ref().err()?)));
            let faults = faults.collect::<Vec<_>>().join("; ");
            return Err(Refused(format!("the audit cannot be written: {faults}")));
        }
        let folder = |(path, made): (PathBuf, io::Result<_>)| {
            let name = path.display().to_string();
            let days = Days::new(path, clock.clone(), settings.sync);
            let desk = Desk::new(days, settings.sync, patience);
            let folder = Folder { name, desk, is_up: AtomicBool::new(true) };
            metrics.audit_folder(&folder.name, true);
            if let Err(error) = made {
                folder.note(&Err(Breakdown::new(error.to_string())), true, &metrics);
            }
            folder
        };
        Ok(Self { folders: made.into_iter().map(folder).collect(), patience, metrics })
    }

    async fn put(&self, line: Arc<str>) -> Result<(), Breakdown> {
        let until = Instant::now() + self.patience;
        let begun: Vec<Result<Begun, Breakdown>> =
            self.folders.iter().map(|folder| folder.desk.begin(&line)).collect();
        let mut ended = Vec::with_capacity(begun.len());
        for begun in begun {
            ended.push(match begun {
                Ok(begun) => begun.ended_until(until).await,
                Err(breakdown) => Err(breakdown),
            });
        }
        let is_kept = ended.iter().any(Result::is_ok);
        for (folder, ended) in self.folders.iter().zip(&ended) {
            folder.note(ended, is_kept, &self.metrics);
        }
        if is_kept { Ok(()) } else { ended.into_iter().collect() }
    }
}

impl Folder {
    /// Counts what became of a line, and says so when it is something else than before.
    fn note(&self, ended: &Result<(), Breakdown>, is_kept: bool, metrics: &Metrics) {
        let folder = &self.name;
        if ended.is_err() {
            metrics.audit_line_missed(folder);
        }
        match (ended, self.is_up.swap(ended.is_ok(), Ordering::Relaxed)) {
            (Ok(()), true) | (Err(_), false) => return,
            (Ok(()), false) => tracing::warn!(folder, "a folder of the audit is written to again"),
            (Err(breakdown), true) if is_kept => {
                tracing::error!(%breakdown, folder, "a folder of the audit misses lines; others have them");
            }
            (Err(breakdown), true) => {
                tracing::error!(%breakdown, folder, "the audit is lost, so nothing is issued until it is not");
            }
        }
        metrics.audit_folder(&self.name, ended.is_ok());
    }
}

impl Sink for AuditFolders {
    fn trouble(&self) -> Option<&'static str> {
        let mut up = self.folders.iter().map(|folder| folder.is_up.load(Ordering::Relaxed));
        match (up.clone().any(|is_up| is_up), up.all(|is_up| is_up)) {
            (true, true) => None,
            (true, false) => Some("a copy of the audit misses lines"),
            (false, _) => Some("the audit cannot be written, so nothing is issued"),
        }
    }

    fn write(&self, line: Arc<str>) -> Pin<Box<dyn Future<Output = Result<(), Breakdown>> + Send + '_>> {
        Box::pin(async move {
            let ended = self.put(line).await;
            self.metrics.audit_line(ended.is_ok());
            ended
        })
    }
}

/// Makes a folder, and tells which one it is. A disk that hangs is not waited for.
fn made_within(patience: Duration, path: PathBuf) -> io::Result<(u64, u64)> {
    let (tell, told) = channel();
    thread::spawn(move || {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        let _too_late = tell.send(made.and_then(|()| fs::metadata(&path)));
    });
    let made = told.recv_timeout(patience).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))?;
    Ok((made.dev(), made.ino()))
}
