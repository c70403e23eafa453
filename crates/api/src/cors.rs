//! What lets a page on another origin call the services, and read their answers, errors included.

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

/// What AWS's services but S3 expose. Source: spec of identity pools, section 1.
const SERVICE_EXPOSED: HeaderValue =
    HeaderValue::from_static("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date");

/// What an SDK in a browser reads from S3's answers.
const S3_EXPOSED: HeaderValue = HeaderValue::from_static(
    "ETag,Content-Length,Content-Range,Last-Modified,Accept-Ranges,Date,x-amz-request-id,x-amz-id-2,\
     x-amz-checksum-crc32,x-amz-checksum-crc32c,x-amz-checksum-crc64nvme,x-amz-checksum-sha1,x-amz-checksum-sha256",
);

const ANY_ORIGIN: HeaderValue = HeaderValue::from_static("*");
const TWO_DAYS: HeaderValue = HeaderValue::from_static("172800");

/// Lets any page read an answer of a service but S3.
pub(crate) fn expose_service(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, SERVICE_EXPOSED);
}

/// Lets any page read an answer of S3.
pub(crate) fn expose_s3(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, S3_EXPOSED);
}

/// Answers a browser that asks before it calls: any origin, these methods, and whatever headers it names.
pub(crate) fn preflight<B: Default>(asked: &HeaderMap, methods: &'static str) -> Response<B> {
    let mut answer = Response::new(B::default());
    *answer.status_mut() = StatusCode::OK;
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANY_ORIGIN);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, TWO_DAYS);
    if let Some(names) =
        asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).filter(|names| is_header_list(names))
    {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    // The answer depends on what was asked; a cache must not give it to another page.
    headers.insert(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    answer
}

fn is_header_list(value: &HeaderValue) -> bool {
    value.to_str().is_ok_and(|list| list.split(',').all(|name| HeaderName::try_from(name.trim()).is_ok()))
}
