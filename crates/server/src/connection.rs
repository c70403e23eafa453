//! One connection: requests in, answers out, with limits on what a peer may send and how slowly.

use crate::clock::Stopwatch;
use crate::config::{Limits, Settings};
use crate::dev::DevTools;
use crate::house::Opened;
use crate::metrics::Metrics;
use crate::pace::{PacedBody, PacedStream};
use crate::places::Place;
use crate::proxies::TrustedProxies;
use crate::seats::{AskedBody, Seat, Sitting};
use crate::tls::Certificates;
use crate::to_the_end::{Panicked, ToTheEnd};
use api::app::App;
use api::body::{RequestBody, ResponseBody, full};
use api::router::{self, Answered, Peer};
use broker::iam::circumstances::{TlsVersion, Transport};
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use rustls::ProtocolVersion;
use std::convert::Infallible;
use std::future::pending;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

/// The most headers of a request.
const MOST_HEADERS: usize = 100;

/// The longest method or path that is logged, in characters: nobody fills the log by asking for much.
const LONGEST_LOGGED: usize = 1024;

/// What every connection needs.
pub(crate) struct Serving {
    pub(crate) app: Arc<App>,
    pub(crate) dev: Option<Arc<DevTools>>,
    pub(crate) certificates: Option<Arc<Certificates>>,
    pub(crate) proxies: TrustedProxies,
    pub(crate) metrics: Arc<Metrics>,
    limits: Limits,
}

impl Serving {
    pub(crate) fn new(
        opened: &Opened,
        dev: Option<Arc<DevTools>>,
        certificates: Option<Arc<Certificates>>,
        settings: &Settings,
    ) -> Self {
        let (app, metrics) = (opened.app.clone(), opened.metrics.clone());
        let proxies = TrustedProxies::new(settings.trusted_proxies.clone());
        Self { app, dev, certificates, proxies, metrics, limits: settings.limits.clone() }
    }

    fn pause(&self) -> Duration {
        Duration::from_secs(self.limits.pause_seconds.into())
    }
}

/// How a connection learns that the server stops.
pub(crate) struct Stopping {
    /// Ends the connection after the request under way.
    pub(crate) watcher: Watcher,
    /// Changes when nothing more should begin.
    pub(crate) begun: watch::Receiver<()>,
}

/// A connection that has a place.
pub(crate) struct Accepted {
    /// What goes over it.
    pub(crate) stream: TcpStream,
    /// Its other end.
    pub(crate) address: IpAddr,
    /// Its place.
    pub(crate) place: Place,
    /// Its seat, which it may have to leave.
    pub(crate) sitting: Sitting,
}

/// Who is at the other end, and the place that they have here.
#[derive(Clone)]
struct End {
    peer: Peer,
    place: Arc<Place>,
    seat: Arc<Seat>,
}

/// Serves a connection until it ends, or until it is asked to. Its place is free again when its work has ended as well.
pub(crate) async fn serve(accepted: Accepted, serving: Arc<Serving>, stopping: Stopping) {
    let Accepted { stream, address, place, sitting } = accepted;
    let (place, seat) = (Arc::new(place), sitting.seat());
    let stream = PacedStream::new(stream, serving.pause(), seat.clone());
    let end = |transport| End { peer: Peer { address, transport }, place, seat: sitting.seat() };
    let Stopping { watcher, mut begun } = stopping;
    let Some(certificates) = &serving.certificates else {
        return converse(stream, end(Transport::Plain), serving, watcher).await;
    };
    let accepting = timeout(serving.pause(), certificates.acceptor().accept(stream));
    let accepted = tokio::select! {
        accepted = accepting => accepted,
        _ = begun.changed() => return,
        () = seat.dismissed() => return serving.metrics.connection_dismissed(),
    };
    match accepted {
        Ok(Ok(stream)) => {
            let version = stream.get_ref().1.protocol_version().and_then(spoken);
            converse(stream, end(Transport::Encrypted(version)), serving, watcher).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "TLS could not be agreed on"),
        Err(_) => tracing::debug!("TLS was not agreed on in time"),
    }
}

/// The version of TLS that was agreed on.
fn spoken(version: ProtocolVersion) -> Option<TlsVersion> {
    let spoken = [(ProtocolVersion::TLSv1_2, TlsVersion::V1_2), (ProtocolVersion::TLSv1_3, TlsVersion::V1_3)];
    spoken.into_iter().find(|(named, _)| *named == version).map(|(_, version)| version)
}

async fn converse<S>(stream: S, end: End, serving: Arc<Serving>, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = serving.limits.clone();
    let (seat, metrics) = (end.seat.clone(), serving.metrics.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        let (serving, end) = (serving.clone(), end.clone());
        async move {
            let Some(asking) = end.seat.ask() else {
                // The connection is about to be closed, and nothing was done of what it asks for.
                return pending().await;
            };
            let response = answer(request, serving, end).await;
            Ok::<_, Infallible>(response.map(|body| AskedBody::new(body, asking)))
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits.idle_seconds.into()))
        .max_buf_size(usize::try_from(limits.head_bytes).unwrap_or(usize::MAX))
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // What has come is seen first.
        biased;
        ended = watcher.watch(connection) => if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        },
        () = seat.dismissed() => {
            tracing::debug!("an idle connection made room for another");
            metrics.connection_dismissed();
        }
    }
}

async fn answer(request: Request<Incoming>, serving: Arc<Serving>, end: End) -> Response<ResponseBody> {
    let stopwatch = Stopwatch::start();
    let (head, body) = request.into_parts();
    let (body, end_of_body) = PacedBody::new(body, serving.pause());
    let mut response = respond(Request::from_parts(head, body.boxed()), serving, end, stopwatch).await;
    if !end_of_body.is_reached() {
        // RFC 9110 section 10.1.1: what is left of the body cannot be told from a next request, so the connection ends.
        // A client that is not told would send its next request into it.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn respond(
    request: Request<RequestBody>,
    serving: Arc<Serving>,
    end: End,
    stopwatch: Stopwatch,
) -> Response<ResponseBody> {
    if let Some(dev) = serving.dev.clone().filter(|_| DevTools::serves(&request)) {
        let answering = ToTheEnd::of(async move { dev.answer(request).await }, end.place);
        return answering.await.unwrap_or_else(|Panicked| internal_error());
    }
    let asker = serving.proxies.asker(end.peer, request.headers());
    // The query is left out: it may hold signatures and tokens.
    let (method, path) = (brief(request.method().as_str()), brief(request.uri().path()));
    let app = serving.app.clone();
    let answering = ToTheEnd::of(async move { router::answer(&app, request, asker).await }, end.place);
    let Ok(Answered { response, span, settled, .. }) = answering.await else {
        tracing::error!(%method, path, "an answer ended in a panic");
        serving.metrics.panic();
        return internal_error();
    };
    let (status, took) = (response.status(), stopwatch.elapsed());
    serving.metrics.request(settled, status, took);
    let status = status.as_u16();
    let micros = took.as_micros();
    span.in_scope(|| tracing::info!(%method, path, status, micros, peer = %asker.address, "answered"));
    response
}

/// The beginning of what a request says of itself, fit for the log.
fn brief(text: &str) -> String {
    text.chars().take(LONGEST_LOGGED).collect()
}

fn internal_error() -> Response<ResponseBody> {
    let mut response = Response::new(full("the server failed\n"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
