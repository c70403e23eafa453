//! Listening, and stopping without dropping what is under way.

use crate::Refused;
use crate::config::Settings;
use crate::connection::{self, Serving, Stopping};
use crate::dev::DevTools;
use crate::house::Opened;
use crate::metrics;
use crate::places::{Place, Places};
use crate::sweep;
use crate::tls::Certificates;
use api::app::App;
use api::cognito_identity::token_keys;
use api::{audit, removal};
use broker::identity_pool::handing_out;
use domain::records::{Breakdown, Stop};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{interval, timeout};

/// How long requests under way may take to end once the server is asked to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(20);

/// How often it is checked whether the key ring, or the tokens of identities, are due for a new key.
const ROTATION_CHECK: Duration = Duration::from_secs(3600);

/// A listener that is bound, in a process that hears when it is asked to stop.
pub(crate) struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    certificates: Option<Arc<Certificates>>,
    metrics: Option<TcpListener>,
    signals: Signals,
}

/// Binds the address. From here on a signal stops the server in peace: whoever reads that it listens may stop it at once.
pub(crate) async fn bind(settings: &Settings) -> Result<Bound, Refused> {
    let certificates = Certificates::open(&settings.tls)?.map(Arc::new);
    let (listener, address) = listen(settings.listen, "listen").await?;
    let metrics = match settings.metrics.listen {
        Some(address) => {
            let (listener, address) = listen(address, "metrics.listen").await?;
            tracing::info!("metrics on http://{address}/metrics");
            Some(listener)
        }
        None => None,
    };
    Ok(Bound { listener, address, certificates, metrics, signals: Signals::install()? })
}

async fn listen(address: SocketAddr, option: &str) -> Result<(TcpListener, SocketAddr), Refused> {
    let failed = |error| {
        Refused(format!("cannot listen on {address}: {error}; choose another address for `{option}`"))
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

impl Bound {
    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.certificates.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }
}

/// Binds and serves until the process is asked to stop.
pub(crate) async fn run(opened: Opened, settings: &Settings) -> Result<(), Refused> {
    let bound = bind(settings).await?;
    until_stopped(bound, settings, Arc::new(opened), None).await
}

/// Serves until the process is asked to stop.
pub(crate) async fn until_stopped(
    bound: Bound,
    settings: &Settings,
    opened: Arc<Opened>,
    dev: Option<Arc<DevTools>>,
) -> Result<(), Refused> {
    tell_of_unsafe_roles(&opened.app).await?;
    make_up_for_older_records(&opened.app).await.map_err(Refused::because)?;
    tracing::info!("listening on {}", bound.url());
    tokio::spawn(sweep(opened.clone()));
    tokio::spawn(rotate_keys(opened.clone()));

    let Bound { listener, certificates, metrics, signals, .. } = bound;
    let Signals { mut stop, read_again } = signals;
    tokio::spawn(keep_certificates(certificates.clone(), read_again));
    if let Some(listener) = metrics {
        tokio::spawn(metrics::serve(listener, opened.clone()));
    }
    let serving = Arc::new(Serving::new(&opened, dev, certificates, settings));
    let places = Places::new(&settings.limits);
    let graceful = GracefulShutdown::new();
    let (stopping, begun) = watch::channel(());
    loop {
        tokio::select! {
            accepted = accept(&listener, &places, &serving) => {
                let Some((stream, address, place)) = accepted else { continue };
                let sitting = places.seats().sit();
                let serving = serving.clone();
                let stopping = Stopping { watcher: graceful.watcher(), begun: begun.clone() };
                tokio::spawn(async move {
                    let metrics = serving.metrics.clone();
                    let _counted = metrics.connection();
                    let end = connection::Accepted { stream, address, place, sitting };
                    connection::serve(end, serving, stopping).await;
                });
            }
            () = stop.received() => break,
        }
    }
    drop((listener, stopping));
    tracing::info!("stopping");
    if timeout(LAST_REQUESTS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    Ok(())
}

/// A server that takes more than it should by itself says so, for good, before it answers anybody.
async fn tell_of_unsafe_roles(app: &App) -> Result<(), Refused> {
    if !app.house.takes_unsafe_roles {
        return Ok(());
    }
    let meaning = "roles are handed out whose trust policies let in others, and claims decide that users write themselves";
    tracing::warn!("unsafe_roles is set: {meaning}");
    audit::record_start(app, "unsafe_roles", meaning).await.map_err(Refused::because)
}

/// The next connection, once there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Places>,
    serving: &Serving,
) -> Option<(TcpStream, IpAddr, Place)> {
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and complete: waiting to fill a packet only delays them.
            let _best_effort = stream.set_nodelay(true);
            let address = peer.ip().to_canonical();
            let Some(counted) = places.count(address, &serving.proxies) else {
                serving.metrics.connection_refused();
                tracing::debug!(%address, "an address has all connections that it may have");
                return None;
            };
            Some((stream, address, places.place(counted).await?))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            pause().await;
            None
        }
    }
}

/// Waits after a connection could not be accepted. Out of file descriptors, most likely: others need the time to end.
pub(crate) async fn pause() {
    let mut pause = interval(Duration::from_millis(100));
    pause.tick().await;
    pause.tick().await;
}

/// The signals that the process hears.
struct Signals {
    stop: StopSignals,
    /// Asks for the certificate to be read again. It is heard without one too: it must not end the process.
    read_again: Signal,
}

impl Signals {
    fn install() -> Result<Self, Refused> {
        let install =
            |kind| signal(kind).map_err(|error| Refused(format!("signals cannot be received: {error}")));
        let stop = StopSignals {
            terminate: install(SignalKind::terminate())?,
            interrupt: install(SignalKind::interrupt())?,
        };
        Ok(Self { stop, read_again: install(SignalKind::hangup())? })
    }
}

/// The signals that ask the process to stop.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Ends what the last process has left unfinished.
async fn sweep(opened: Arc<Opened>) {
    if let Err(breakdown) = removal::finish(&opened.app).await {
        tracing::warn!(%breakdown, "what deleted pools held could not be removed");
    }
    match sweep::run(&opened.app, &opened.process).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "contents that no record names were removed"),
        Err(breakdown) => tracing::warn!(%breakdown, "contents could not be swept"),
    }
}

/// What this version rests on and an earlier one did not write is there before anybody is answered.
async fn make_up_for_older_records(app: &App) -> Result<(), Breakdown> {
    let mut after = None;
    loop {
        let making_up = app.store.transact(app.entropy.as_ref(), |records, _| {
            handing_out::make_up_for_older_records(records, after.as_ref()).map_err(Stop::<Infallible>::from)
        });
        let Ok(last) = making_up.await?;
        if last.is_none() {
            return Ok(());
        }
        after = last;
    }
}

async fn keep_certificates(certificates: Option<Arc<Certificates>>, mut read_again: Signal) {
    if let Some(certificates) = certificates {
        return certificates.keep_up(read_again).await;
    }
    while read_again.recv().await.is_some() {
        tracing::info!("there is no certificate to read again");
    }
}

async fn rotate_keys(opened: Arc<Opened>) {
    let mut checks = interval(ROTATION_CHECK);
    loop {
        checks.tick().await;
        if let Err(refused) = opened.keeper.rotate_if_due(&opened.app) {
            tracing::error!(%refused, "the key ring could not be rotated");
        }
        if let Err(breakdown) = token_keys::rotate_if_due(&opened.app).await {
            tracing::error!(%breakdown, "the tokens of identities could not be given a new key");
        }
    }
}
