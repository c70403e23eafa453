//! The disk: whose turn it is to block on it, and what its folders need.

use domain::records::Breakdown;
use std::fs::{DirBuilder, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// A number of turns at the disk: as many threads may block on it at a time, and everything else waits.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn of(number: usize) -> Self {
        Self(Arc::new(Semaphore::new(number)))
    }

    /// Runs work that blocks. Once it has its turn it runs to its end, even if nobody waits for it any more.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Breakdown> + Send + 'static,
    ) -> Result<T, Breakdown> {
        let turn = Arc::clone(&self.0)
            .acquire_owned()
            .await
            .map_err(|_| Breakdown::new("no more turns at the disk"))?;
        let running = spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        running.await.map_err(|error| Breakdown::new(format!("work at the disk was lost: {error}")))?
    }
}

/// Makes a folder that only its owner can enter; whether it was not there before.
pub(super) fn make(folder: &Path) -> Result<bool, Breakdown> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(false),
        Err(error) => Err(cannot("make", folder)(error)),
    }
}

/// Makes the names in a folder survive a crash of the machine.
pub(super) fn sync_folder(folder: &Path) -> Result<(), Breakdown> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot("sync", folder))
}

/// Says what could not be done to which file.
pub(super) fn cannot(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Breakdown {
    move |error| Breakdown::new(format!("cannot {what} `{}`: {error}", path.display()))
}
