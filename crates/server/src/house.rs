//! Opening the data folder and putting the house together.

use crate::Refused;
use crate::audit::AuditFolders;
use crate::backup::{COPY, RESTORING};
use crate::clock::{MachineClock, Stopwatch};
use crate::config::Settings;
use crate::data_dir::DataDir;
use crate::dev;
use crate::entropy::MachineEntropy;
use crate::explanations::Explanations;
use crate::keeper::FolderKeeper;
use crate::keys::{self, MachineKeys};
use crate::metrics::Metrics;
use crate::places;
use crate::proxies::TrustedProxies;
use api::app::{App, Clock, S3Cors, Secrets};
use api::audit::Audit;
use api::guests::Guests;
use api::key_making::KeyMaking;
use api::s3::hosts::S3Hosts;
use api::service::Services;
use broker::House;
use broker::identity_pool::scope_down::{ScopeDown, Source};
use domain::account::Account;
use domain::entropy::Entropy;
use domain::seal::SealingKey;
use domain::user_pool::pool::Issuers;
use objects::Folder;
use std::net::IpAddr;
use std::sync::Arc;
use store::Store;
use store::sqlite::Sqlite;

/// A house that is open: what operations share, and what only the server handles.
pub(crate) struct Opened {
    pub(crate) app: Arc<App>,
    pub(crate) data: Arc<DataDir>,
    pub(crate) keeper: Arc<FolderKeeper>,
    pub(crate) clock: Arc<MachineClock>,
    pub(crate) metrics: Arc<Metrics>,
    /// Runs since before anything could be written.
    pub(crate) process: Stopwatch,
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

/// Opens the data folder, with pages of other origins allowed into buckets without rules or not.
pub(crate) fn open_with(settings: &Settings, s3_cors: S3Cors) -> Result<Opened, Refused> {
    let process = Stopwatch::start();
    let metrics = Arc::new(Metrics::new());
    let account = Account { id: settings.account.clone(), region: settings.region.clone() };
    let issuers = Issuers::new(&account.region, settings.issuer.clone());
    let services = Services::load().map_err(Refused::because)?;

    let data = Arc::new(DataDir::open(&settings.data)?);
    if data.has(RESTORING) {
        return Err(Refused(
            "a restore broke off in this data folder; remove the folder, and restore into it once more"
                .to_owned(),
        ));
    }
    data.remove(COPY)?;
    let clock = Arc::new(MachineClock::default());
    let entropy: Arc<dyn Entropy> = Arc::new(MachineEntropy);
    let root = keys::root(&data, entropy.as_ref())?;
    let keys = keys::sealing(&data, clock.now(), entropy.as_ref())?;
    let sealing = SealingKey::derive(&keys.store, "records").map_err(Refused::because)?;
    let engine = Arc::new(Sqlite::open(&data.path("records.sqlite")).map_err(Refused::because)?);
    let keeper = Arc::new(FolderKeeper::new(data.clone(), engine.clone()));
    let contents = Folder::open(&data.path("objects")).map_err(Refused::because)?;
    let audit = AuditFolders::open(&settings.audit, data.path("audit"), clock.clone(), metrics.clone())?;

    let explanations = Explanations::open(
        &settings.explain,
        data.path("explanations"),
        clock.clone(),
        is_uncapped(settings),
    )?;

    let app = App {
        house: House {
            guest_scope_down: scope_down(settings),
            most_identity_pools: usize::try_from(settings.limits.identity_pools).map_err(Refused::because)?,
            takes_unsafe_roles: settings.unsafe_roles,
            ..House::new(account, issuers)
        },
        store: Store::new(engine),
        contents,
        secrets: Secrets::new(root, keys.ring, sealing),
        keeper: keeper.clone(),
        clock: clock.clone(),
        entropy,
        audit: Audit::new(Arc::new(audit), Arc::new(explanations)),
        s3_cors,
        s3_hosts: S3Hosts::new(&settings.s3_hosts),
        services,
        guests: guests(settings),
        hashing: api::hashing::Hashing::default(),
        key_making: KeyMaking::new(Arc::new(MachineKeys)),
        signers: api::signers::Signers::default(),
        key_uses: api::key_uses::KeyUses::default(),
    };
    keeper.rotate_if_due(&app)?;
    Ok(Opened { app: Arc::new(app), data, keeper, clock, metrics, process })
}

fn guests(settings: &Settings) -> Guests {
    let limits = &settings.limits;
    Guests::new((limits.guests_per_address, limits.guests_per_pool), is_uncapped(settings))
}

/// Whether an address is one of those that may have and do as much as they want.
fn is_uncapped(settings: &Settings) -> impl Fn(IpAddr) -> bool + Send + Sync + use<> {
    let proxies = TrustedProxies::new(settings.trusted_proxies.clone());
    let uncapped = settings.limits.uncapped.clone();
    move |address| places::is_uncapped(address, &uncapped, &proxies)
}

/// What guests may do at most in pools that say nothing else.
fn scope_down(settings: &Settings) -> ScopeDown {
    match settings.guests.scope_down.as_slice() {
        [] => ScopeDown::aws(),
        policies => ScopeDown { source: Source::Server, policies: policies.to_vec() },
    }
}
