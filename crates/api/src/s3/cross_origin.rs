//! What pages of other origins may do with a bucket: its own rules say so.
//! Source: S3 user guide, "Using cross-origin resource sharing"; the Fetch standard, "CORS protocol".

use super::door;
use crate::app::{App, S3Cors};
use crate::body::{ResponseBody, full};
use crate::cors;
use crate::fault::{Fault, Said};
use crate::protocol::rest_xml::Target;
use crate::s3::words;
use domain::records::{Breakdown, Buckets};
use domain::s3::bucket::BucketName;
use domain::s3::cors::{CorsRule, CorsRules};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

/// What a browser may be told where nobody restricts it.
const EVERY_METHOD: &str = "GET, HEAD, PUT, POST, DELETE, OPTIONS";

/// The most headers that a page may ask about: no request may have more. Nobody signs the question, so it must be cheap.
const MOST_HEADERS: usize = 100;

/// The answer depends on these; a cache must not give it to another page.
const VARY: HeaderValue =
    HeaderValue::from_static("Origin, Access-Control-Request-Headers, Access-Control-Request-Method");

/// Answers a browser that asks before it calls. Nobody signs this, so it tells nothing about a bucket but its rules.
pub(crate) async fn preflight(app: &App, head: &Parts, id: &str) -> Response<ResponseBody> {
    match answer(app, head).await {
        Ok(None) => cors::preflight(&head.headers, EVERY_METHOD),
        Ok(Some(headers)) => {
            let mut response = Response::new(full(""));
            *response.headers_mut() = headers;
            response
        }
        Err(fault) => door::refusal(head, id, &fault.said_by(words::say)),
    }
}

/// What the rules answer; `None` where there are none and any origin is welcome.
async fn answer(app: &App, head: &Parts) -> Result<Option<HeaderMap>, Fault> {
    let target = door::target(app, head)?;
    match rules_of(app, &target).await? {
        None if app.s3_cors == S3Cors::AnyOrigin => Ok(None),
        rules => Ok(Some(asked(rules.as_ref(), head, &target)?)),
    }
}

/// The headers that let a page read the answer to a request, success or not.
pub(crate) async fn readable(app: &App, head: &Parts) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let origin = head.headers.get(header::ORIGIN);
    if origin.is_none() && app.s3_cors == S3Cors::Closed {
        return headers;
    }
    let rules = match door::target(app, head) {
        Ok(target) => rules_of(app, &target).await,
        Err(_) => Ok(None),
    };
    match rules {
        Ok(None) if app.s3_cors == S3Cors::AnyOrigin => cors::expose_s3(&mut headers),
        Ok(None) => {}
        Ok(Some(rules)) => {
            headers.insert(header::VARY, VARY);
            let matching = origin.and_then(|origin| {
                Some((origin, rules.matching(origin.to_str().ok()?, head.method.as_str(), &[])?))
            });
            if let Some((origin, (rule, allowed))) = matching {
                write(&mut headers, rule, allowed, origin);
            }
        }
        Err(breakdown) => tracing::error!(%breakdown, "the rules of a bucket cannot be read"),
    }
    headers
}

/// The rules of the bucket that a request is about, if there is such a bucket and it has rules.
async fn rules_of(app: &App, target: &Target) -> Result<Option<CorsRules>, Breakdown> {
    let Some(name) = target.bucket.as_deref().and_then(|name| BucketName::parse(name).ok()) else {
        return Ok(None);
    };
    let bucket = app.read(|records| records.bucket(&name)).await?;
    Ok(bucket.and_then(|bucket| bucket.cors))
}

/// The answer to a browser's question, by the rules.
fn asked(rules: Option<&CorsRules>, head: &Parts, target: &Target) -> Result<HeaderMap, Said> {
    let text = |name| head.headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else {
        return Err(Said::bad_request(
            "BadRequest",
            "Insufficient information. Origin request header needed.",
        ));
    };
    let method = text(header::ACCESS_CONTROL_REQUEST_METHOD).unwrap_or("null");
    let is_known = [Method::GET, Method::PUT, Method::POST, Method::DELETE, Method::HEAD].iter();
    if !is_known.into_iter().any(|known| known.as_str() == method) {
        let shown: String = method.chars().take(20).collect();
        let message = format!("Invalid Access-Control-Request-Method: {shown}");
        return Err(Said::bad_request("BadRequest", message));
    }
    let Some(rules) = rules else {
        return Err(forbidden(target, method, "CORSResponse: CORS is not enabled for this bucket."));
    };
    let not_allowed = || {
        // The spelling is S3's.
        let message = "CORSResponse: This CORS request is not allowed. This is usually because the evalution of \
                       Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are \
                       not whitelisted by the resource's CORS spec.";
        forbidden(target, method, message)
    };
    let names = requested_headers(&head.headers).ok_or_else(not_allowed)?;
    let names: Vec<&str> = names.iter().map(HeaderName::as_str).collect();
    let (rule, allowed) = rules.matching(origin, method, &names).ok_or_else(not_allowed)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, VARY);
    if let Some(origin) = head.headers.get(header::ORIGIN) {
        write(&mut headers, rule, allowed, origin);
    }
    insert(&mut headers, header::ACCESS_CONTROL_ALLOW_HEADERS, &names.join(", "));
    Ok(headers)
}

/// The headers that the page wants to send, each once; `None` if one of them cannot be a header, or if more than
/// [`MOST_HEADERS`] are asked about.
fn requested_headers(headers: &HeaderMap) -> Option<Vec<HeaderName>> {
    let (mut names, mut asked) = (Vec::new(), 0);
    for list in headers.get_all(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        for name in list.to_str().ok()?.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            asked += 1;
            let name = HeaderName::try_from(name).ok().filter(|_| asked <= MOST_HEADERS)?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    Some(names)
}

/// What a rule says to a page whose origin matched `allowed`.
fn write(headers: &mut HeaderMap, rule: &CorsRule, allowed: &str, origin: &HeaderValue) {
    if allowed == "*" {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    } else {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    insert(headers, header::ACCESS_CONTROL_ALLOW_METHODS, &rule.allowed_methods.join(", "));
    insert(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, &rule.expose_headers.join(", "));
    if let Some(seconds) = rule.max_age_seconds {
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, seconds.into());
    }
}

/// Adds a header, unless there is nothing to say.
fn insert(headers: &mut HeaderMap, name: HeaderName, text: &str) {
    if let Ok(value) = HeaderValue::from_str(text)
        && !text.is_empty()
    {
        headers.insert(name, value);
    }
}

fn forbidden(target: &Target, method: &str, message: &str) -> Said {
    let kind = if target.key.is_some() { "OBJECT" } else { "BUCKET" };
    Said {
        details: [("Method", method.to_owned()), ("ResourceType", kind.to_owned())].into(),
        ..Said::bad_request("AccessForbidden", message).with_status(StatusCode::FORBIDDEN)
    }
}
