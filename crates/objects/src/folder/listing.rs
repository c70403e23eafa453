//! Which contents there are.

use super::Places;
use super::disk::{Turns, cannot};
use domain::records::Breakdown;
use domain::s3::object::ContentId;
use std::fs::{self, DirEntry, File, ReadDir};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Contents that are listed at a time.
const BATCH: usize = 1000;

/// A listing of all contents, in no order; those written or deleted meanwhile may be in it or not.
#[derive(Debug)]
pub struct Listing {
    turns: Turns,
    walk: Option<Walk>,
}

/// A content that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: ContentId,
    /// How long before the listing began it was finished, by the disk's own clock; zero if it was finished later.
    ///
    /// Its record is committed a moment after it is finished: a young content without a record is no orphan yet.
    pub age: Duration,
}

impl Listing {
    pub(super) fn begin(places: &Places, turns: Turns) -> Result<Self, Breakdown> {
        let began = moment_at(&places.incoming)?;
        let shelves = places.shelves().collect();
        Ok(Self { turns, walk: Some(Walk { began, shelves, open: None }) })
    }

    /// The next contents, 1000 at most; `None` at the end, and after an error or a cancelled call.
    pub async fn next(&mut self) -> Option<Result<Vec<Listed>, Breakdown>> {
        let walk = self.walk.take()?;
        match self.turns.run(move || walk.batch()).await {
            Ok((batch, _)) if batch.is_empty() => None,
            Ok((batch, walk)) => {
                self.walk = Some(walk);
                Some(Ok(batch))
            }
            Err(breakdown) => Some(Err(breakdown)),
        }
    }
}

#[derive(Debug)]
struct Walk {
    began: SystemTime,
    shelves: Vec<PathBuf>,
    open: Option<(PathBuf, ReadDir)>,
}

impl Walk {
    fn batch(mut self) -> Result<(Vec<Listed>, Self), Breakdown> {
        let mut batch = Vec::new();
        while batch.len() < BATCH {
            match self.entry()? {
                Some(entry) => batch.extend(self.listed(&entry)?),
                None => break,
            }
        }
        Ok((batch, self))
    }

    /// The next file on this shelf or one after it.
    fn entry(&mut self) -> Result<Option<DirEntry>, Breakdown> {
        loop {
            if let Some((shelf, entries)) = &mut self.open {
                match entries.next() {
                    Some(entry) => return entry.map(Some).map_err(cannot("list", shelf)),
                    None => self.open = None,
                }
            }
            let Some(shelf) = self.shelves.pop() else { return Ok(None) };
            let entries = fs::read_dir(&shelf).map_err(cannot("list", &shelf))?;
            self.open = Some((shelf, entries));
        }
    }

    /// The content in this file; `None` if it is not one of ours or was deleted meanwhile.
    fn listed(&self, entry: &DirEntry) -> Result<Option<Listed>, Breakdown> {
        let Some(id) = entry.file_name().to_str().and_then(|name| ContentId::parse(name).ok()) else {
            return Ok(None);
        };
        let finished = match entry.metadata().and_then(|metadata| metadata.modified()) {
            Ok(finished) => finished,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("measure", &entry.path())(error)),
        };
        Ok(Some(Listed { id, age: self.began.duration_since(finished).unwrap_or_default() }))
    }
}

/// The moment it is for the disk, whose clock dates the contents: not the server's, which can be moved.
fn moment_at(folder: &Path) -> Result<SystemTime, Breakdown> {
    let path = folder.join("moment");
    let moment = File::create(&path).and_then(|file| file.metadata()?.modified());
    let moment = moment.map_err(cannot("date", &path))?;
    super::remove(&path)?;
    Ok(moment)
}
