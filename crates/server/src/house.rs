//! Opening the data folder and putting the house together.

use crate::Refused;
use crate::audit::AuditFile;
use crate::clock::{MachineClock, Stopwatch};
use crate::config::Settings;
use crate::data_dir::DataDir;
use crate::dev;
use crate::entropy::MachineEntropy;
use crate::keys;
use crate::metrics::Metrics;
use api::app::{App, Clock, S3Cors, Secrets};
use api::audit::Audit;
use api::service::Services;
use broker::House;
use domain::account::Account;
use domain::entropy::Entropy;
use domain::seal::SealingKey;
use domain::secret::Secret;
use domain::user_pool::pool::Issuers;
use objects::Folder;
use std::sync::Arc;
use store::Store;
use store::sqlite::Sqlite;

/// A house that is open: what operations share, and what only the server handles.
pub(crate) struct Opened {
    pub(crate) app: Arc<App>,
    pub(crate) data: DataDir,
    pub(crate) clock: Arc<MachineClock>,
    pub(crate) metrics: Arc<Metrics>,
    /// Runs since before anything could be written.
    pub(crate) process: Stopwatch,
    store_key: Secret<[u8; 32]>,
}

/// Opens the data folder for serving.
pub(crate) fn open(settings: &Settings) -> Result<Opened, Refused> {
    let opened = open_with(settings, S3Cors::Closed)?;
    if opened.data.has(dev::SEEDING) {
        return Err(Refused(
            "a seed broke off in this data folder; start it once with `cenote dev`, which begins it anew"
                .to_owned(),
        ));
    }
    Ok(opened)
}

/// Opens the data folder, with pages of other origins allowed or not.
pub(crate) fn open_with(settings: &Settings, s3_cors: S3Cors) -> Result<Opened, Refused> {
    let process = Stopwatch::start();
    let metrics = Arc::new(Metrics::new());
    let account = Account { id: settings.account.clone(), region: settings.region.clone() };
    let issuers = Issuers::new(&account.region, settings.issuer.clone());
    let services = Services::load().map_err(Refused::because)?;

    let data = DataDir::open(&settings.data)?;
    let clock = Arc::new(MachineClock::default());
    let entropy: Arc<dyn Entropy> = Arc::new(MachineEntropy);
    let root = keys::root(&data, entropy.as_ref())?;
    let keys = keys::sealing(&data, clock.now(), entropy.as_ref())?;
    let sealing = SealingKey::derive(&keys.store, "records").map_err(Refused::because)?;
    let engine = Sqlite::open(&data.path("records.sqlite")).map_err(Refused::because)?;
    let contents = Folder::open(&data.path("objects")).map_err(Refused::because)?;
    let audit = AuditFile::open(data.path("audit"), clock.clone(), settings.audit.sync, metrics.clone())?;

    let app = App {
        house: House::new(account, issuers),
        store: Store::new(Arc::new(engine)),
        contents,
        secrets: Secrets::new(root, keys.ring, sealing),
        clock: clock.clone(),
        entropy,
        audit: Audit::new(Arc::new(audit)),
        s3_cors,
        services,
        hashing: api::hashing::Hashing::default(),
        signers: api::signers::Signers::default(),
    };
    let opened = Opened { app: Arc::new(app), data, clock, metrics, process, store_key: keys.store };
    opened.rotate_if_due()?;
    Ok(opened)
}

impl Opened {
    /// Gives the key ring a new key if the newest one has sealed long enough.
    pub(crate) fn rotate_if_due(&self) -> Result<(), Refused> {
        let now = self.app.clock.now();
        if !self.app.secrets.ring().is_due(now) {
            return Ok(());
        }
        // The file is read again, because a ring cannot be taken apart while requests use it.
        let keys = keys::sealing(&self.data, now, self.app.entropy.as_ref())?;
        let ring = keys.ring.rotated(now, self.app.entropy.as_ref()).map_err(Refused::because)?;
        keys::save(&self.data, &ring, &self.store_key)?;
        self.app.secrets.replace_ring(ring);
        tracing::info!("the key ring has a new key");
        Ok(())
    }
}
