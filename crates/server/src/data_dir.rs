//! The data folder: one process at a time, files that only the owner reads, and a format that is known.

use crate::{Refused, private};
use domain::secret::Secret;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The newest layout of the folder that this version knows.
const FORMAT: u32 = 1;

/// The data folder of this process. Nobody else opens it while this lives.
pub(crate) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Opens the folder, making it if it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, Refused> {
        let shown = path.display();
        let failed =
            |error: io::Error| Refused(format!("the data folder `{shown}` cannot be opened: {error}"));
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.join("lock"))
            .map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Refused(format!(
                    "another process uses the data folder `{shown}`; stop it, or choose another folder with --data"
                )));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let opened = Self { path: path.to_owned(), _lock: lock };
        opened.check_format()?;
        Ok(opened)
    }

    /// The path of something in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether there is something of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Reads a file that only its owner may read; `None` if there is none.
    pub(crate) fn read_private(&self, name: &str) -> Result<Option<Secret<String>>, Refused> {
        private::read(&self.path(name))
    }

    /// Writes a file that only its owner may read: whole or not at all, and durable.
    pub(crate) fn write_private(&self, name: &str, text: &str) -> Result<(), Refused> {
        let path = self.path(name);
        let unfinished = self.path(&format!("{name}.new"));
        let write = || -> io::Result<()> {
            let mut file =
                OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&unfinished)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|error| Refused(format!("`{}` cannot be written: {error}", path.display())))
    }

    /// Removes a file, if it is there, for good: it does not come back with a loss of power.
    pub(crate) fn remove(&self, name: &str) -> Result<(), Refused> {
        let removed = match fs::remove_file(self.path(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            removed @ (Ok(()) | Err(_)) => removed.and_then(|()| File::open(&self.path)?.sync_all()),
        };
        removed
            .map_err(|error| Refused(format!("`{}` cannot be removed: {error}", self.path(name).display())))
    }

    fn check_format(&self) -> Result<(), Refused> {
        let Some(format) = self.read_private("format")? else {
            return self.write_private("format", &format!("{FORMAT}\n"));
        };
        must_be_known(format.reveal())
            .map_err(|refused| Refused(format!("`{}`: {refused}", self.path.display())))
    }
}

/// Refuses what a file `format` says if this version cannot read such a folder.
pub(crate) fn must_be_known(format: &str) -> Result<(), Refused> {
    match format.trim().parse::<u32>() {
        Ok(format) if format <= FORMAT => Ok(()),
        Ok(format) => Err(Refused(format!(
            "the data has format {format}, and this version knows up to {FORMAT}; start the newer version that wrote \
             it, or restore a copy made before the upgrade"
        ))),
        Err(_) => Err(Refused("this is no data folder of Cenote; choose another one with --data".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_second_opening_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let _first = DataDir::open(folder.path()).unwrap();
        let refused = DataDir::open(folder.path()).err().unwrap().to_string();
        assert!(refused.contains("another process uses"), "{refused}");
    }

    #[test]
    fn a_folder_of_a_newer_format_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(DataDir::open(folder.path()).unwrap());
        fs::write(folder.path().join("format"), "2\n").unwrap();
        let refused = DataDir::open(folder.path()).err().unwrap().to_string();
        assert!(refused.contains("format 2"), "{refused}");
    }

    #[test]
    fn a_key_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let opened = DataDir::open(folder.path()).unwrap();
        opened.write_private("keys", "secret").unwrap();
        assert!(opened.read_private("keys").unwrap().is_some_and(|text| text.reveal() == "secret"));
        fs::set_permissions(folder.path().join("keys"), fs::Permissions::from_mode(0o640)).unwrap();
        let refused = opened.read_private("keys").err().unwrap().to_string();
        assert!(refused.contains("chmod 600") && !refused.contains("secret"), "{refused}");
    }
}
