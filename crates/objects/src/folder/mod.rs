//! Contents as files of a local folder.

pub(crate) mod content;
mod disk;
pub(crate) mod incoming;
pub(crate) mod listing;

use content::{Content, ContentStream};
use disk::{Turns, cannot};
use domain::records::Breakdown;
use domain::s3::object::ContentId;
use incoming::Incoming;
use listing::Listing;
use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::Handle;

/// Bytes that are read or written in one go; no transfer holds more of them in memory.
const CHUNK: usize = 64 * 1024;

/// Contents in a folder of the local disk; a clone is the same folder.
///
/// Only one process at a time may have it open.
#[derive(Debug, Clone)]
pub struct Folder {
    places: Arc<Places>,
    // Apart, so that uploads that wait for a slow disk do not hold up what is read from memory.
    reads: Turns,
    writes: Turns,
    held: Arc<Mutex<Held>>,
}

/// What is kept for those who copy the folder.
#[derive(Debug, Default)]
struct Held {
    holds: usize,
    /// Contents to be deleted when nobody holds them any more.
    condemned: Vec<ContentId>,
}

/// While it lives, no content is deleted for good.
#[derive(Debug)]
pub struct Hold {
    folder: Folder,
}

impl Folder {
    /// Opens the folder, makes what it lacks and removes what a crash left unfinished; blocks while it does so.
    pub fn open(root: &Path) -> Result<Self, Breakdown> {
        let places = Places { incoming: root.join("incoming"), content: root.join("content") };
        places.make(root)?;
        empty(&places.incoming)?;
        Ok(Self {
            places: Arc::new(places),
            reads: Turns::of(32),
            writes: Turns::of(32),
            held: Arc::default(),
        })
    }

    /// Begins a content; nothing can be read of it until it is finished.
    pub fn begin(&self, id: &ContentId) -> Incoming {
        Incoming::new(id.clone(), Arc::clone(&self.places), self.writes.clone())
    }

    /// Reads these bytes of a content, counted from 0 and without the end; `None` if there is no such content.
    ///
    /// A content that is shorter than the range is a breakdown: its record promised the bytes. A content that is
    /// deleted meanwhile is read to its end.
    pub async fn read(&self, id: &ContentId, range: Range<u64>) -> Result<Option<ContentStream>, Breakdown> {
        let path = self.places.content(id);
        let first =
            self.reads.run(move || Content::open(path, range)?.map(Content::chunk).transpose()).await?;
        Ok(first.map(|chunk| ContentStream::new(chunk, self.reads.clone())))
    }

    /// Deletes a content; one that does not exist is as good as deleted.
    ///
    /// A crash can bring it back without its record, as [`Folder::list`] will tell.
    pub async fn delete(&self, id: &ContentId) -> Result<(), Breakdown> {
        {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.holds > 0 {
                held.condemned.push(id.clone());
                return Ok(());
            }
        }
        let path = self.places.content(id);
        self.writes.run(move || remove(&path)).await
    }

    /// Keeps every content that is there now until the hold is dropped; what is deleted meanwhile is deleted then.
    pub fn hold(&self) -> Hold {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).holds += 1;
        Hold { folder: self.clone() }
    }

    fn release(&self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.holds -= 1;
        if held.holds > 0 {
            return;
        }
        for id in std::mem::take(&mut held.condemned) {
            // What stays is named by no record, and removed at the next start.
            let _best_effort = remove(&self.places.content(&id));
        }
    }

    /// Lists all contents, to find those that no record names.
    pub async fn list(&self) -> Result<Listing, Breakdown> {
        let places = Arc::clone(&self.places);
        let turns = self.reads.clone();
        self.reads.run(move || Listing::begin(&places, turns)).await
    }

    /// Deletes every content, and what is already on the disk of those that are being written: these then fail.
    pub async fn wipe(&self) -> Result<(), Breakdown> {
        let places = Arc::clone(&self.places);
        self.writes
            .run(move || {
                empty(&places.incoming)?;
                places.shelves().try_for_each(|shelf| empty(&shelf))
            })
            .await
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // Deleting many files takes a while; it must not hold up a thread that serves.
        let folder = self.folder.clone();
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(move || folder.release())),
            Err(_) => folder.release(),
        }
    }
}

/// Where files lie: unfinished ones in `incoming/ID`, contents in `content/SHELF/ID`.
///
/// The shelf is the first two digits of the id. All 256 are made at the start, so that writing a content never makes
/// a folder and has only one to sync.
#[derive(Debug)]
struct Places {
    incoming: PathBuf,
    content: PathBuf,
}

impl Places {
    fn incoming(&self, id: &ContentId) -> PathBuf {
        self.incoming.join(id.as_str())
    }

    fn content(&self, id: &ContentId) -> PathBuf {
        let shelf = id.as_str().get(..2).unwrap_or_default();
        self.content.join(shelf).join(id.as_str())
    }

    fn shelves(&self) -> impl Iterator<Item = PathBuf> + use<> {
        let content = self.content.clone();
        (0..=u8::MAX).map(move |number| content.join(format!("{number:02x}")))
    }

    /// Makes all folders, durably.
    fn make(&self, root: &Path) -> Result<(), Breakdown> {
        if disk::make(root)? {
            let parent = root.parent().filter(|parent| !parent.as_os_str().is_empty());
            disk::sync_folder(parent.unwrap_or(Path::new(".")))?;
        }
        if disk::make(&self.incoming)? | disk::make(&self.content)? {
            disk::sync_folder(root)?;
        }
        let mut made = false;
        for shelf in self.shelves() {
            made |= disk::make(&shelf)?;
        }
        if made { disk::sync_folder(&self.content) } else { Ok(()) }
    }
}

/// Removes all files of a folder.
fn empty(folder: &Path) -> Result<(), Breakdown> {
    for entry in fs::read_dir(folder).map_err(cannot("list", folder))? {
        remove(&entry.map_err(cannot("list", folder))?.path())?;
    }
    Ok(())
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> Result<(), Breakdown> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(cannot("delete", path)(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
