//! Where a request becomes an operation of S3, and where its answer becomes HTTP.

use super::{document, hoisted, upload, words};
use crate::app::App;
use crate::audit;
use crate::body::{ResponseBody, full};
use crate::dispatch::{self, Done};
use crate::fault::{Common, Fault, Said};
use crate::operation::Call;
use crate::protocol::model::{Operation, Structure};
use crate::protocol::rest_xml::{self, BadInput, ErrorBody, NotRouted, Target};
use bytes::Bytes;
use domain::records::Breakdown;
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use serde_json::Value;
use std::borrow::Cow;

/// Answers a request to S3.
pub(crate) async fn answer(app: &App, call: &mut Call<'_>, id: &str) -> Response<ResponseBody> {
    let (operation, target, headers) = match named(app, call) {
        Ok(named) => named,
        Err(fault) => {
            let said = dispatch::refuse(app, call, id, "Unknown", fault).await;
            return refusal(call.head, id, &said);
        }
    };
    for (name, text) in [("bucketName", &target.bucket), ("key", &target.key)] {
        // What is longer is no name, and must not fill the audit.
        if let Some(text) = text {
            call.notes.parameter(name, audit::short(text));
        }
    }
    let decoded = decode(app, call, operation, (&target, &headers)).await;
    match dispatch::walk(app, call, id, operation, decoded).await {
        Ok(done) => match success(call, operation, done) {
            Ok(response) => response,
            Err(breakdown) => refusal(call.head, id, &words::say(Common::Breakdown(breakdown))),
        },
        Err(said) => refusal(call.head, id, &said),
    }
}

/// The operation that a request names, the bucket and key that it is about, and its headers as they are meant.
fn named<'c>(app: &App, call: &Call<'c>) -> Result<(&'static Operation, Target, Cow<'c, HeaderMap>), Fault> {
    let target = target(app, call.head)?;
    let headers = hoisted::headers(&call.head.headers, &target)?;
    let routed = app.services.s3_router.route(&call.head.method, &target, &headers);
    let operation = routed.map_err(|not_routed| match not_routed {
        NotRouted::NoOperation => words::method_not_allowed(),
        NotRouted::UnknownSubresource(_) => words::not_implemented(not_routed.to_string()),
        NotRouted::DuplicateParameter(_) => words::invalid_argument(not_routed.to_string()),
    })?;
    Ok((operation, target, headers))
}

/// The bucket and key that a request is about, by its host and path, and its query.
pub(super) fn target(app: &App, head: &Parts) -> Result<Target, Fault> {
    let (path, query) = (head.uri.path(), head.uri.query());
    let target = match app.s3_hosts.bucket(&head.headers) {
        Some(bucket) => Target::virtual_host(&bucket, path, query),
        None => Target::path_style(path, query),
    };
    let unparsable = |bad: rest_xml::BadTarget| Said {
        reason: bad.to_string(),
        ..Said::bad_request("InvalidURI", "Couldn't parse the specified URI.")
    };
    target.map_err(|bad| unparsable(bad).into())
}

async fn decode(
    app: &App,
    call: &mut Call<'_>,
    operation: &Operation,
    (target, headers): (&Target, &HeaderMap),
) -> Result<Value, Fault> {
    if call.service.operation(&operation.name).is_none() {
        return Err(Common::UnservedOperation(operation.name.to_string()).into());
    }
    if target.bucket.as_deref().is_some_and(|bucket| BucketName::parse(bucket).is_err()) {
        return Err(Said::bad_request("InvalidBucketName", "The specified bucket is not valid.").into());
    }
    if target.key.as_deref().is_some_and(|key| ObjectKey::parse(key).is_err()) {
        return Err(Said::bad_request("KeyTooLongError", "Your key is too long").into());
    }
    let model = call.service.model;
    let body = match model.structure(operation.input).and_then(Structure::payload) {
        Some(payload) if payload.streaming => Bytes::new(),
        Some(_) => document::read(app, call, operation).await?,
        None => {
            upload::expect_nothing(call).await?;
            Bytes::new()
        }
    };
    let decoded = rest_xml::decode(model, operation, target, headers, &body);
    decoded.map_err(|bad| fault_of(bad).into())
}

/// S3's words for a request that is not the input of its operation.
fn fault_of(bad: BadInput) -> Said {
    match bad {
        BadInput::Argument { message, .. } => words::invalid_argument(message),
        BadInput::Header(_) => words::invalid_argument(bad.to_string()),
        BadInput::NoBody(_) => Said {
            reason: bad.to_string(),
            ..Said::bad_request("MissingRequestBodyError", "Request Body is empty")
        },
        BadInput::Document(why) => words::malformed_xml(why.to_string()),
        BadInput::NotText(_) => words::malformed_policy(words::NO_JSON, bad.to_string()),
        BadInput::BodyNotRead(_) => words::not_implemented(bad.to_string()),
    }
}

fn success(call: &Call<'_>, operation: &Operation, done: Done) -> Result<Response<ResponseBody>, Breakdown> {
    let encoded = rest_xml::encode(call.service.model, operation, root_of(&operation.name), &done.output)
        .map_err(|error| {
            Breakdown::new(format!("the answer of {} cannot be written: {error}", operation.name))
        })?;
    let has_text = !encoded.body.is_empty();
    let body = done.body.unwrap_or_else(|| full(encoded.body));
    let mut response = Response::new(body);
    *response.status_mut() = if done.is_partial { StatusCode::PARTIAL_CONTENT } else { encoded.status };
    *response.headers_mut() = encoded.headers;
    if has_text {
        let kind = if &*operation.name == "GetBucketPolicy" { JSON } else { XML };
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    Ok(response)
}

/// The element that an answer of several members stands in, which the model does not say.
fn root_of(operation: &str) -> &'static str {
    match operation {
        "DeleteObjects" => "DeleteResult",
        "GetBucketCors" => "CORSConfiguration",
        "GetBucketLocation" => "LocationConstraint",
        "ListBuckets" => "ListAllMyBucketsResult",
        _ => "ListBucketResult",
    }
}

const XML: HeaderValue = HeaderValue::from_static("application/xml");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

pub(super) fn refusal(head: &Parts, id: &str, said: &Said) -> Response<ResponseBody> {
    let has_body = head.method != Method::HEAD && said.status != StatusCode::NOT_MODIFIED;
    let body = if has_body {
        let (resource, host_id) = (head.uri.path(), id);
        let details: Vec<(&str, &str)> =
            said.details.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let error = ErrorBody {
            code: said.code,
            message: &said.message,
            details: &details,
            resource,
            request_id: id,
            host_id,
        };
        rest_xml::error_body(&error)
    } else {
        Vec::new()
    };
    let mut response = Response::new(full(body));
    *response.status_mut() = said.status;
    for (name, value) in &said.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    if has_body {
        response.headers_mut().insert(header::CONTENT_TYPE, XML);
    }
    response
}
