//! The listener for metrics, apart from the one for everybody.

use crate::house::Opened;
use crate::serve::pause;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How many connections are served at the same time.
const MOST_CONNECTIONS: usize = 16;

/// How long a connection may last; a collector asks and goes, or comes again.
const LONGEST: Duration = Duration::from_secs(60);

const OPEN_METRICS: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Answers `GET /metrics`, until the process ends.
pub(crate) async fn serve(listener: TcpListener, opened: Arc<Opened>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let opened = opened.clone();
                tokio::spawn(async move {
                    converse(stream, opened).await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection for metrics could not be accepted");
                pause().await;
            }
        }
    }
}

async fn converse(stream: TcpStream, opened: Arc<Opened>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let opened = opened.clone();
        async move { Ok::<_, Infallible>(answer(&request, &opened)) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST)
        .serve_connection(TokioIo::new(stream), service);
    let _ended_or_late = timeout(LONGEST, connection).await;
}

fn answer(request: &Request<Incoming>, opened: &Opened) -> Response<Full<Bytes>> {
    if (request.uri().path(), request.method()) != ("/metrics", &Method::GET) {
        return status(StatusCode::NOT_FOUND);
    }
    let Ok(text) = opened.metrics.text(&opened.app) else {
        return status(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let mut response = Response::new(Full::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, OPEN_METRICS);
    response
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
