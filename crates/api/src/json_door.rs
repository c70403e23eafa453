//! The door of the JSON services: a target header names the operation, the body is its input.

use crate::app::App;
use crate::body::{NotRead, ResponseBody, full, read_whole};
use crate::cors;
use crate::dispatch;
use crate::fault::{Common, Fault, Said};
use crate::operation::Call;
use crate::protocol::json;
use crate::protocol::model::Protocol;
use crate::service::Service;
use bytes::Bytes;
use domain::records::Breakdown;
use http::{HeaderValue, Method, Response, header};
use std::time::Duration;
use tokio::time::timeout;

/// The largest body of a service that reads it whole: ten logins of 50,000 characters, and room around them.
const LARGEST: usize = 1024 * 1024;

/// How long such a body may take to arrive.
const WAIT: Duration = Duration::from_secs(30);

/// Names the operation.
pub(crate) const TARGET: &str = "x-amz-target";

/// The service that a target header names.
pub(crate) fn service_of<'a>(app: &'a App, target: &HeaderValue) -> Option<&'a Service> {
    let target = target.to_str().unwrap_or_default();
    let is_of = |service: &&Service| match &service.model.protocol {
        Protocol::AwsJson { target_prefix, .. } => {
            target.split_once('.').is_some_and(|(prefix, _)| prefix == &**target_prefix)
        }
        Protocol::RestXml | Protocol::RestJson | Protocol::Query { .. } => false,
    };
    app.services.all().into_iter().find(is_of)
}

/// Reads the body of a request whole, before anything is decided: a signature covers all of it.
pub(crate) async fn read_body(call: &mut Call<'_>) -> Result<Bytes, Fault> {
    let read = timeout(WAIT, read_whole(&mut call.body, LARGEST)).await;
    match read.unwrap_or_else(|_| Err(NotRead::Broken("it took too long".to_owned()))) {
        Ok(body) => {
            call.whole = Some(body.clone());
            Ok(body)
        }
        Err(NotRead::TooLarge) => Err(Common::TooLarge.into()),
        Err(NotRead::Broken(why)) => Err(Common::BodyBroken(why).into()),
    }
}

/// Answers a request to a JSON service.
pub(crate) async fn answer(app: &App, call: &mut Call<'_>, id: &str) -> Response<ResponseBody> {
    let mut response = match operate(app, call, id).await {
        Ok(body) => Response::new(full(body)),
        Err(said) => refusal(&said),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, AWS_JSON);
    cors::expose_service(headers);
    response
}

const AWS_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");

async fn operate(app: &App, call: &mut Call<'_>, id: &str) -> Result<Vec<u8>, Said> {
    let service = call.service;
    let target = call.head.headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
    let Some(operation) = json::operation(service.model, target).filter(|_| call.head.method == Method::POST)
    else {
        let fault = Common::UnknownOperation(target.chars().take(200).collect()).into();
        return Err(dispatch::refuse(app, call, id, "Unknown", fault).await);
    };
    let decoded = match read_body(call).await {
        Ok(body) => json::decode(service.model, operation.input, &body).map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    let done = dispatch::walk(app, call, id, operation, decoded).await?;
    json::encode(service.model, operation.output, &done.output).map_err(|error| {
        let what = format!("the answer of {} cannot be written: {error}", operation.name);
        (service.say)(Common::Breakdown(Breakdown::new(what)))
    })
}

/// An answer of no.
pub(crate) fn refusal(said: &Said) -> Response<ResponseBody> {
    let message = Some(said.message.as_str()).filter(|message| !message.is_empty());
    let mut response = Response::new(full(json::error_body(said.code, message)));
    *response.status_mut() = said.status;
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&format!("{}:", said.code)) {
        headers.insert("x-amzn-errortype", kind);
    }
    // A message that repeats what somebody sent may hold what no header can.
    if let Some(message) = message.and_then(|message| HeaderValue::from_str(message).ok()) {
        headers.insert("x-amzn-errormessage", message);
    }
    response
}

/// Answers a request whose target names no service.
pub(crate) fn unknown_target() -> Response<ResponseBody> {
    let mut response = refusal(&Said::bad_request("UnknownOperationException", ""));
    response.headers_mut().insert(header::CONTENT_TYPE, AWS_JSON);
    cors::expose_service(response.headers_mut());
    response
}
