//! What lies beside the records in the data folder: the key ring's file, and copies of everything.

use crate::Refused;
use crate::backup::{self, COPY};
use crate::data_dir::DataDir;
use crate::keys::{self, ServerKeys};
use api::app::{App, Keeper, Kept};
use api::body::ResponseBody;
use domain::iam::access_key::RingKeyId;
use domain::records::Breakdown;
use std::sync::{Arc, Mutex, PoisonError};
use store::sqlite::Sqlite;
use tokio::task::{block_in_place, spawn_blocking};

/// How many keys the ring may have. One that was replaced stays for 48 hours, so nobody reaches this by need.
const MOST_KEYS: usize = 100;

/// The keeper of a data folder.
pub(crate) struct FolderKeeper {
    data: Arc<DataDir>,
    engine: Arc<Sqlite>,
    /// Two rotations at once would make two keys of one number.
    rotating: Mutex<()>,
    copying: Arc<tokio::sync::Mutex<()>>,
}

impl FolderKeeper {
    pub(crate) fn new(data: Arc<DataDir>, engine: Arc<Sqlite>) -> Self {
        Self { data, engine, rotating: Mutex::default(), copying: Arc::default() }
    }

    /// Gives the key ring a new key if the newest one has sealed long enough. There is always room for it: the key before
    /// the newest leaves the ring then.
    pub(crate) fn rotate_if_due(&self, app: &App) -> Result<(), Refused> {
        if app.secrets.ring().is_due(app.clock.now()) {
            self.rotate(app)?;
        }
        Ok(())
    }

    /// Requests go on meanwhile, however long the disk takes.
    fn rotate(&self, app: &App) -> Result<Option<RingKeyId>, Refused> {
        block_in_place(|| self.rotated(app))
    }

    fn rotated(&self, app: &App) -> Result<Option<RingKeyId>, Refused> {
        let _turn = self.rotating.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, entropy) = (app.clock.now(), app.entropy.as_ref());
        // The file is read again, because a ring cannot be taken apart while requests use it.
        let keys = keys::sealing(&self.data, now, entropy)?;
        let ring = keys.ring.rotated(now, entropy).map_err(Refused::because)?;
        if ring.keys().len() > MOST_KEYS {
            return Ok(None);
        }
        let newest = ring.keys().last().map(|key| key.id);
        let keys = ServerKeys { ring, ..keys };
        keys::save(&self.data, &keys)?;
        app.secrets.replace_ring(keys.ring);
        tracing::info!("the key ring has a new key");
        Ok(newest)
    }
}

impl Keeper for FolderKeeper {
    fn rotate_keys<'a>(&'a self, app: &'a App) -> Kept<'a, Option<RingKeyId>> {
        Box::pin(async move { self.rotate(app).map_err(|refused| Breakdown::new(refused.to_string())) })
    }

    fn backup<'a>(&'a self, app: &'a App) -> Kept<'a, ResponseBody> {
        Box::pin(async move {
            let turn = self.copying.clone().lock_owned().await;
            // From before the copy of the records until the last content was read: all that they name is there.
            let hold = app.contents.hold();
            let (data, engine) = (self.data.clone(), self.engine.clone());
            let copying = spawn_blocking(move || {
                data.remove(COPY).map_err(|refused| Breakdown::new(refused.to_string()))?;
                engine.copy_to(&data.path(COPY))
            });
            copying.await.map_err(|_| Breakdown::new("the copy of the store did not end"))??;
            Ok(backup::send(self.data.clone(), (turn, hold)))
        })
    }
}
