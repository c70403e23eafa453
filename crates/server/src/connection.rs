//! One connection: requests in, answers out, with limits on what a peer may send and how slowly.

use crate::clock::Stopwatch;
use crate::dev::DevTools;
use crate::pace::{PacedBody, PacedStream};
use api::app::App;
use api::body::{ResponseBody, full};
use api::router::{self, Answered, Peer};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long a connection may take to send a request's head, and how long it may stay idle before one.
const HEAD_WAIT: Duration = Duration::from_secs(60);

/// The largest head of a request, in bytes; a session token takes a few thousand of them.
const LARGEST_HEAD: usize = 64 * 1024;

/// The most headers of a request.
const MOST_HEADERS: usize = 100;

/// What every connection needs.
#[derive(Clone)]
pub(crate) struct Serving {
    pub(crate) app: Arc<App>,
    pub(crate) dev: Option<Arc<DevTools>>,
}

/// Serves a connection until it ends, or until the watcher asks it to.
pub(crate) async fn serve(stream: TcpStream, peer: SocketAddr, serving: Serving, watcher: Watcher) {
    let peer = Peer { address: peer.ip().to_canonical(), is_secure: false };
    let service = service_fn(move |request: Request<Incoming>| {
        let serving = serving.clone();
        async move { Ok::<_, Infallible>(answer(request, serving, peer).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(PacedStream::new(stream)), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(request: Request<Incoming>, serving: Serving, peer: Peer) -> Response<ResponseBody> {
    let stopwatch = Stopwatch::start();
    let request = request.map(|body| PacedBody::new(body).boxed());
    if let Some(dev) = serving.dev.clone().filter(|_| DevTools::serves(&request)) {
        let answering = tokio::spawn(async move { dev.answer(request).await });
        return answering.await.unwrap_or_else(|_| internal_error());
    }
    // The query is left out: it may hold signatures and tokens.
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    // On a task of its own, so that a client that hangs up does not break off what was begun.
    let answering = tokio::spawn(async move { router::answer(&serving.app, request, peer).await });
    let Ok(Answered { response, id }) = answering.await else {
        tracing::error!(%method, path, "an answer ended in a panic");
        return internal_error();
    };
    let (status, micros) = (response.status().as_u16(), stopwatch.elapsed().as_micros());
    tracing::info!(request_id = %id, %method, path, status, micros, peer = %peer.address);
    response
}

fn internal_error() -> Response<ResponseBody> {
    let mut response = Response::new(full("the server failed\n"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
