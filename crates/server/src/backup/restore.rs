//! Restoring a backup into a folder of its own.

use super::archive;
use crate::data_dir::{self, DataDir};
use crate::{Refused, keys};
use broker::iam::revocations;
use domain::entropy::Entropy;
use domain::records::Stop;
use domain::time::Timestamp;
use std::convert::Infallible;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use store::Store;
use store::sqlite::Sqlite;

/// Marks a restore that was begun; in a folder where it broke off no server starts.
pub(crate) const RESTORING: &str = "restoring";

/// Restores a backup. What was issued before is worth nothing afterwards.
pub(crate) async fn run(
    file: &Path,
    data: &Path,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<(), Refused> {
    must_be_empty(data)?;
    archive::read(file, |name, bytes| match name {
        "format" => {
            let mut format = String::new();
            bytes.take(64).read_to_string(&mut format).map_err(Refused::because)?;
            data_dir::must_be_known(&format)
        }
        _ => io::copy(bytes, &mut io::sink()).map(drop).map_err(Refused::because),
    })?;
    let folder = DataDir::open(data)?;
    folder.write_private(RESTORING, "")?;
    let failed = |error: io::Error| Refused(format!("`{}` cannot be restored into: {error}", data.display()));
    archive::read(file, |name, bytes| write(data, name, bytes).map_err(failed))?;
    sync_folders(data).map_err(failed)?;
    keys::replace_ring(&folder, now, entropy)?;
    revoke_everything(&folder, now, entropy).await?;
    folder.remove(RESTORING)
}

/// What a backup brings back may have been ended since it was made.
async fn revoke_everything(folder: &DataDir, now: Timestamp, entropy: &dyn Entropy) -> Result<(), Refused> {
    let engine = Sqlite::open(&folder.path("records.sqlite")).map_err(Refused::because)?;
    let store = Store::new(Arc::new(engine));
    let revoking = store.transact(entropy, |records, _| {
        revocations::revoke_everything(records, now).map_err(Stop::<Infallible>::from)
    });
    let Ok(()) = revoking.await.map_err(Refused::because)?;
    Ok(())
}

fn must_be_empty(data: &Path) -> Result<(), Refused> {
    let shown = data.display();
    match fs::read_dir(data).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Refused(format!("`{shown}` is not empty; restore into a folder that is, or is not there")))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Refused(format!("`{shown}` cannot be restored into: {error}"))),
    }
}

fn write(data: &Path, name: &str, bytes: &mut dyn Read) -> io::Result<()> {
    let path = data.join(name);
    if let Some(parent) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    io::copy(bytes, &mut file)?;
    file.sync_all()
}

/// Makes all names below a folder survive a loss of power.
fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(folder)?.sync_all()
}
