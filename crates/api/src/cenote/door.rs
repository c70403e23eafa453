//! The door of the server's own service: `POST /_cenote/v1/OPERATION`, with a JSON body or none. `openapi.json` beside the
//! operations describes them, to anybody.

use super::words;
use crate::app::App;
use crate::body::{ResponseBody, full};
use crate::dispatch;
use crate::fault::{Common, Fault, Said};
use crate::json_door::{read_body, refusal};
use crate::operation::Call;
use crate::protocol::json;
use bytes::Bytes;
use domain::records::Breakdown;
use http::{HeaderValue, Method, Response, header};

/// How the paths of all operations begin.
pub const PREFIX: &str = "/_cenote/v1/";

/// Describes the operations; a test writes it from the model.
const OPENAPI: &str = include_str!("openapi.json");

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// Answers a request to the service.
pub(crate) async fn answer(app: &App, call: &mut Call<'_>, id: &str) -> Response<ResponseBody> {
    if call.head.method == Method::GET && call.head.uri.path().strip_prefix(PREFIX) == Some("openapi.json") {
        return json(OPENAPI);
    }
    operate(app, call, id).await.unwrap_or_else(|said| {
        let mut response = refusal(&said);
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        for (name, value) in said.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    })
}

fn json(body: impl Into<Bytes>) -> Response<ResponseBody> {
    let mut response = Response::new(full(body));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

async fn operate(app: &App, call: &mut Call<'_>, id: &str) -> Result<Response<ResponseBody>, Said> {
    let service = call.service;
    let named = call.head.uri.path().strip_prefix(PREFIX).and_then(|name| service.model.operation(name));
    let Some(operation) = named else {
        let name = call.head.uri.path().chars().take(200).collect();
        return Err(dispatch::refuse(app, call, id, "Unknown", Common::UnknownOperation(name).into()).await);
    };
    if operation.method != call.head.method {
        return Err(dispatch::refuse(app, call, id, &operation.name, words::wrong_method().into()).await);
    }
    let decoded = match read_body(call).await {
        Ok(body) => json::decode(service.model, operation.input, &body).map_err(Fault::from),
        Err(fault) => Err(fault),
    };
    let done = dispatch::walk(app, call, id, operation, decoded).await?;
    if let Some(body) = done.body {
        let mut response = Response::new(body);
        response.headers_mut().insert(header::CONTENT_TYPE, BYTES);
        return Ok(response);
    }
    let written = json::encode(service.model, operation.output, &done.output).map_err(|error| {
        let what = format!("the answer of {} cannot be written: {error}", operation.name);
        (service.say)(Common::Breakdown(Breakdown::new(what)))
    })?;
    Ok(json(written))
}
