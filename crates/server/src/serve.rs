//! Listening, and stopping without dropping what is under way.

use crate::Refused;
use crate::connection::{self, Serving};
use crate::dev::DevTools;
use crate::house::Opened;
use crate::sweep;
use api::cognito_identity::removal;
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::{interval, timeout};

/// How many connections are served at the same time; further ones wait to be accepted. Each may have a content open, and
/// both together stay below the 1024 files that a process may have open by default.
const MOST_CONNECTIONS: usize = 400;

/// How long requests under way may take to end once the server is asked to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(20);

/// How often it is checked whether the key ring is due for a new key.
const ROTATION_CHECK: Duration = Duration::from_secs(3600);

/// A listener that is bound, in a process that hears when it is asked to stop.
pub(crate) struct Bound {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    stop: StopSignals,
}

/// Binds the address. From here on a signal stops the server in peace: whoever reads that it listens may stop it at once.
pub(crate) async fn bind(address: SocketAddr) -> Result<Bound, Refused> {
    let failed =
        |error| Refused(format!("cannot listen on {address}: {error}; choose another address with --listen"));
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { listener, address, stop: StopSignals::install()? })
}

/// Binds and serves until the process is asked to stop.
pub(crate) async fn run(opened: Opened, address: SocketAddr) -> Result<(), Refused> {
    let bound = bind(address).await?;
    until_stopped(bound, Arc::new(opened), None).await
}

/// Serves until the process is asked to stop.
pub(crate) async fn until_stopped(
    bound: Bound,
    opened: Arc<Opened>,
    dev: Option<Arc<DevTools>>,
) -> Result<(), Refused> {
    tracing::info!("listening on http://{}", bound.address);
    tokio::spawn(sweep(opened.clone()));
    tokio::spawn(rotate_keys(opened.clone()));

    let serving = Serving { app: opened.app.clone(), dev };
    let connections = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let Bound { listener, mut stop, .. } = bound;
    loop {
        tokio::select! {
            accepted = accept(&listener, &connections) => {
                let Some((stream, peer, place)) = accepted else { continue };
                let (serving, watcher) = (serving.clone(), graceful.watcher());
                tokio::spawn(async move {
                    connection::serve(stream, peer, serving, watcher).await;
                    drop(place);
                });
            }
            () = stop.received() => break,
        }
    }
    drop(listener);
    tracing::info!("stopping");
    if timeout(LAST_REQUESTS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    Ok(())
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, connections: &Arc<Semaphore>) -> Option<Accepted> {
    let place = connections.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            // Answers are small and complete: waiting to fill a packet only delays them.
            let _best_effort = stream.set_nodelay(true);
            Some((stream, peer, place))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            // Out of file descriptors, most likely: give others the time to end.
            let mut pause = interval(Duration::from_millis(100));
            pause.tick().await;
            pause.tick().await;
            None
        }
    }
}

/// The signals that ask the process to stop.
struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    fn install() -> Result<Self, Refused> {
        let install =
            |kind| signal(kind).map_err(|error| Refused(format!("signals cannot be received: {error}")));
        Ok(Self {
            terminate: install(SignalKind::terminate())?,
            interrupt: install(SignalKind::interrupt())?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Ends what the last process has left unfinished.
async fn sweep(opened: Arc<Opened>) {
    match removal::finish(&opened.app).await {
        Ok(0) => {}
        Ok(pools) => tracing::info!(pools, "identities of deleted pools were removed"),
        Err(breakdown) => tracing::warn!(%breakdown, "identities of deleted pools could not be removed"),
    }
    match sweep::run(&opened.app, &opened.process).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "contents that no record names were removed"),
        Err(breakdown) => tracing::warn!(%breakdown, "contents could not be swept"),
    }
}

async fn rotate_keys(opened: Arc<Opened>) {
    let mut checks = interval(ROTATION_CHECK);
    loop {
        checks.tick().await;
        if let Err(refused) = opened.rotate_if_due() {
            tracing::error!(%refused, "the key ring could not be rotated");
        }
    }
}
