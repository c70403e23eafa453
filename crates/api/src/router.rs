//! Which door a request goes through.
//!
//! One port serves everything: a request with a target header is for one of the JSON services, a form at the root for
//! STS or IAM, a few first path segments belong to the server itself, and all else is S3. Below the hosts of S3 a bucket
//! is a host of its own, and all its paths are keys.

use crate::app::App;
use crate::audit::{self, Notes};
use crate::body::{RequestBody, ResponseBody, full};
use crate::discovery;
use crate::operation::{Call, Settled};
use crate::protocol::timestamp::http_date;
use crate::service::Service;
use crate::{cenote, cors, json_door, query_door, s3, warnings};
use broker::iam::circumstances::{Circumstances, Transport};
use bytes::Bytes;
use domain::entropy::draw_uuid;
use domain::s3::bucket::RESERVED_SEGMENTS;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use std::collections::BTreeSet;
use std::net::IpAddr;
use tracing::{Instrument, Span};

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The address of the other end of the connection.
    pub address: IpAddr,
    /// How the way here was protected.
    pub transport: Transport,
}

/// An answer, and the id it carries.
pub struct Answered {
    /// The answer.
    pub response: Response<ResponseBody>,
    /// The request's id.
    pub id: String,
    /// What lines of the log about it have in common.
    pub span: Span,
    /// The operation it was for, if it was for one.
    pub settled: Option<Settled>,
}

/// Answers a request. Whatever it is, there is an answer, and the answer carries the request's id; so does each line of
/// the log until then.
pub async fn answer(app: &App, request: Request<RequestBody>, peer: Peer) -> Answered {
    let id = draw_uuid(app.entropy.as_ref()).to_string();
    let span = tracing::error_span!("request", request_id = id);
    let (response, settled) = respond(app, request, peer, &id).instrument(span.clone()).await;
    Answered { response, id, span, settled }
}

async fn respond(
    app: &App,
    request: Request<RequestBody>,
    peer: Peer,
    id: &str,
) -> (Response<ResponseBody>, Option<Settled>) {
    let (head, body) = request.into_parts();
    let (mut settled, mut warned) = (None, BTreeSet::new());
    let mut response = match door(app, &head) {
        Door::Json(service) => {
            let mut call = Call::new(app, service, (&head, body), peer);
            let response = json_door::answer(app, &mut call, id).await;
            (settled, warned) = (call.settled, call.warnings);
            response
        }
        Door::Query(service) => {
            let mut call = Call::new(app, service, (&head, body), peer);
            let response = query_door::answer(app, &mut call, id).await;
            (settled, warned) = (call.settled, call.warnings);
            response
        }
        Door::Own => {
            let mut call = Call::new(app, &app.services.cenote, (&head, body), peer);
            let response = cenote::door::answer(app, &mut call, id).await;
            (settled, warned) = (call.settled, call.warnings);
            response
        }
        Door::S3 => {
            let mut call = Call::new(app, &app.services.s3, (&head, body), peer);
            let response = s3_service(app, &mut call, id).await;
            (settled, warned) = (call.settled, call.warnings);
            response
        }
        Door::UnknownTarget => json_door::unknown_target(),
        Door::Preflight(methods) => cors::preflight(&head.headers, methods),
        Door::S3Preflight => s3::cross_origin::preflight(app, &head, id).await,
        Door::Live => text(StatusCode::OK, "live\n"),
        Door::Ready => ready(app).await,
        Door::Document(named) => discovery::answer(app, &named, &head, peer.transport.is_secure()).await,
        Door::Reserved => text(StatusCode::NOT_FOUND, "there is nothing here\n"),
    };
    // SDKs set their clocks by it, so it is this server's time and not the machine's.
    let date = http_date(app.clock.now().millis()).and_then(|date| HeaderValue::try_from(date).ok());
    if let Some(date) = date {
        response.headers_mut().insert(header::DATE, date);
    }
    if let Ok(value) = HeaderValue::from_str(id) {
        // AWS's JSON services and S3 name it differently, and SDKs look for their own.
        response.headers_mut().insert("x-amzn-requestid", value.clone());
        response.headers_mut().insert("x-amz-request-id", value.clone());
        response.headers_mut().insert("x-amz-id-2", value);
    }
    if !warned.is_empty()
        && let Ok(value) = HeaderValue::try_from(Vec::from_iter(warned).join(", "))
    {
        response.headers_mut().insert(warnings::HEADER, value);
    }
    (response, settled)
}

/// Where a request goes.
enum Door<'a> {
    Json(&'a Service),
    Query(&'a Service),
    Own,
    S3,
    UnknownTarget,
    Preflight(&'static str),
    S3Preflight,
    Live,
    Ready,
    Document(discovery::Named),
    Reserved,
}

fn door<'a>(app: &'a App, head: &Parts) -> Door<'a> {
    let path = head.uri.path();
    let first_segment = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if let Some(target) = head.headers.get(json_door::TARGET) {
        return json_door::service_of(app, target).map_or(Door::UnknownTarget, Door::Json);
    }
    if let Some(service) = query_door::service_of(app, head) {
        return Door::Query(service);
    }
    if app.s3_hosts.bucket(&head.headers).is_some() {
        // The whole path of such a host belongs to the bucket's keys.
        return if head.method == Method::OPTIONS { Door::S3Preflight } else { Door::S3 };
    }
    if path.starts_with(cenote::door::PREFIX) {
        return Door::Own;
    }
    if let Some(named) = discovery::Named::by(path) {
        return match head.method {
            Method::GET | Method::HEAD => Door::Document(named),
            Method::OPTIONS => Door::Preflight("GET, OPTIONS"),
            _ => Door::Reserved,
        };
    }
    match (path, &head.method) {
        ("/health/live", _) => Door::Live,
        ("/health/ready", _) => Door::Ready,
        ("/", &Method::OPTIONS) => Door::Preflight("GET, POST, OPTIONS"),
        (_, &Method::OPTIONS) => Door::S3Preflight,
        (_, _) if RESERVED_SEGMENTS.contains(&first_segment) => Door::Reserved,
        (_, _) => Door::S3,
    }
}

impl<'a> Call<'a> {
    fn new(app: &App, service: &'a Service, (head, body): (&'a Parts, RequestBody), peer: Peer) -> Self {
        // They go into records, so nobody may make them long.
        let text = |name| {
            let value = head.headers.get(name).and_then(|value| value.to_str().ok());
            value.map(audit::short)
        };
        let circumstances = Circumstances {
            source_ip: peer.address,
            transport: peer.transport,
            user_agent: text(header::USER_AGENT),
            referer: text(header::REFERER),
        };
        let (now, notes) = (app.clock.now(), Notes::default());
        Self {
            service,
            now,
            circumstances,
            head,
            body,
            whole: None,
            notes,
            warnings: BTreeSet::new(),
            settled: None,
        }
    }
}

async fn s3_service(app: &App, call: &mut Call<'_>, id: &str) -> Response<ResponseBody> {
    let readable = s3::cross_origin::readable(app, call.head).await;
    let mut response = s3::door::answer(app, call, id).await;
    let headers = response.headers_mut();
    headers.extend(readable);
    // What somebody uploaded must not run as a page of this origin.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    response
}

async fn ready(app: &App) -> Response<ResponseBody> {
    match app.store.is_empty().await {
        // What is known can be read all the same, so that nobody should turn away from this server.
        Ok(_) => match app.audit.trouble() {
            Some(trouble) => text(StatusCode::OK, format!("ready, but {trouble}\n")),
            None => text(StatusCode::OK, "ready\n"),
        },
        Err(breakdown) => {
            tracing::error!(%breakdown, "the store does not answer");
            text(StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
        }
    }
}

/// An answer in words.
pub(crate) fn text(status: StatusCode, text: impl Into<Bytes>) -> Response<ResponseBody> {
    let mut response = Response::new(full(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
