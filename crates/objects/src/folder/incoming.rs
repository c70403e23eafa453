//! A content that is being written.

use super::disk::{Turns, cannot, sync_folder};
use super::{CHUNK, Places};
use domain::records::Breakdown;
use domain::s3::object::ContentId;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;

/// A content that is being written; dropped before it is finished, it leaves nothing behind.
///
/// After an error, or when a write was cancelled, it can no longer be finished.
#[derive(Debug)]
pub struct Incoming {
    id: ContentId,
    places: Arc<Places>,
    turns: Turns,
    progress: Progress,
    // Never empty once something was written: finishing then always writes, and so dates the file.
    buffer: Vec<u8>,
}

#[derive(Debug)]
enum Progress {
    /// All bytes so far are in the buffer.
    Buffered,
    /// Bytes before those in the buffer are in a file.
    Spilled(Draft),
    /// Bytes are missing.
    Lost,
}

impl Incoming {
    pub(super) const fn new(id: ContentId, places: Arc<Places>, turns: Turns) -> Self {
        Self { id, places, turns, progress: Progress::Buffered, buffer: Vec::new() }
    }

    /// Appends bytes.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Breakdown> {
        while !bytes.is_empty() {
            if self.buffer.len() >= CHUNK {
                self.spill().await?;
            }
            let room = CHUNK.saturating_sub(self.buffer.len());
            let (fitting, rest) = bytes.split_at(room.min(bytes.len()));
            self.buffer.extend_from_slice(fitting);
            bytes = rest;
        }
        Ok(())
    }

    /// Makes the content readable, and durable: it survives a crash of the machine.
    pub async fn finish(mut self) -> Result<(), Breakdown> {
        let start = self.take_draft();
        let buffer = std::mem::take(&mut self.buffer);
        let target = self.places.content(&self.id);
        self.turns
            .run(move || {
                let mut draft = start()?;
                draft.append(&buffer)?;
                draft.keep(&target)
            })
            .await
    }

    /// Writes the buffer to the file.
    async fn spill(&mut self) -> Result<(), Breakdown> {
        let start = self.take_draft();
        let mut buffer = std::mem::take(&mut self.buffer);
        let written = self.turns.run(move || {
            let mut draft = start()?;
            draft.append(&buffer)?;
            buffer.clear();
            Ok((draft, buffer))
        });
        let (draft, buffer) = written.await?;
        self.progress = Progress::Spilled(draft);
        self.buffer = buffer;
        Ok(())
    }

    /// Takes the file away, to be made at the disk if there is none yet. Until it is put back, bytes are missing.
    fn take_draft(&mut self) -> impl FnOnce() -> Result<Draft, Breakdown> + Send + use<> {
        let progress = std::mem::replace(&mut self.progress, Progress::Lost);
        let path = self.places.incoming(&self.id);
        move || match progress {
            Progress::Buffered => Draft::create(path),
            Progress::Spilled(draft) => Ok(draft),
            Progress::Lost => Err(Breakdown::new(format!("bytes for `{}` were lost", path.display()))),
        }
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // Deleting a large file takes a while; it must not hold up the thread that serves other callers.
        if let Progress::Spilled(draft) = std::mem::replace(&mut self.progress, Progress::Lost)
            && let Ok(runtime) = Handle::try_current()
        {
            runtime.spawn_blocking(move || drop(draft));
        }
    }
}

/// A file that is deleted again unless it is kept.
#[derive(Debug)]
struct Draft {
    file: File,
    path: PathBuf,
    kept: bool,
}

impl Draft {
    fn create(path: PathBuf) -> Result<Self, Breakdown> {
        let file = File::options().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(cannot("create", &path))?;
        Ok(Self { file, path, kept: false })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), Breakdown> {
        self.file.write_all(bytes).map_err(cannot("write", &self.path))
    }

    /// Moves the file to its place, durably, and never onto another content.
    fn keep(mut self, target: &Path) -> Result<(), Breakdown> {
        self.file.sync_all().map_err(cannot("sync", &self.path))?;
        // Nothing can come between question and answer: a second draft for this place would have this one's name.
        if target.try_exists().map_err(cannot("see", target))? {
            return Err(Breakdown::new(format!("`{}` is there already", target.display())));
        }
        fs::rename(&self.path, target).map_err(cannot("make", target))?;
        self.path = target.to_owned();
        // The folder it left need not be synced: a name that comes back there is removed at the next start.
        target.parent().map_or(Ok(()), sync_folder)?;
        self.kept = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.kept {
            // Best effort: what stays in `incoming` is removed at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A draft whose bytes go to a device, and the name of the file that it would leave behind.
    fn draft_on(device: &str, folder: &Path) -> Draft {
        let path = folder.join("draft");
        File::create(&path).unwrap();
        Draft { file: File::options().write(true).open(device).unwrap(), path, kept: false }
    }

    #[test]
    fn a_full_disk_is_a_breakdown_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = draft_on("/dev/full", folder.path());
        assert!(draft.append(b"bytes").is_err());
        drop(draft);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_failing_sync_is_a_breakdown_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        // The null device takes every byte and cannot be synced.
        let mut draft = draft_on("/dev/null", folder.path());
        draft.append(b"bytes").unwrap();
        let error = draft.keep(&folder.path().join("content")).unwrap_err();
        assert!(error.to_string().starts_with("cannot sync"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
