use super::*;
use crate::protocol::embedded;
use http::{HeaderName, HeaderValue};

fn routed_with(method: &str, uri: &str, headers: &[(&'static str, &str)]) -> Result<String, NotRouted> {
    let model = Model::load(embedded::S3).unwrap();
    let (path, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
    let target = Target::path_style(path, query).unwrap();
    let headers: HeaderMap = headers
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect();
    let method = Method::try_from(method).unwrap();
    Router::new(&model).route(&method, &target, &headers).map(|operation| operation.name.to_string())
}

fn routed(method: &str, uri: &str) -> Result<String, NotRouted> {
    routed_with(method, uri, &[])
}

#[test]
fn each_request_means_one_operation() {
    for (method, uri, operation) in [
        ("GET", "/", "ListBuckets"),
        ("GET", "/?max-buckets=10", "ListBuckets"),
        ("PUT", "/b", "CreateBucket"),
        ("PUT", "/b/", "CreateBucket"),
        ("HEAD", "/b", "HeadBucket"),
        ("DELETE", "/b", "DeleteBucket"),
        ("GET", "/b", "ListObjects"),
        ("GET", "/b/", "ListObjects"),
        ("GET", "/b?prefix=a/&delimiter=/&marker=x&max-keys=2&encoding-type=url", "ListObjects"),
        ("GET", "/b?list-type=2", "ListObjectsV2"),
        ("GET", "/b?list-type=2&prefix&continuation-token=x&start-after=y&fetch-owner=true", "ListObjectsV2"),
        ("GET", "/b?versions&prefix=x", "ListObjectVersions"),
        ("GET", "/b?versioning", "GetBucketVersioning"),
        ("PUT", "/b?versioning", "PutBucketVersioning"),
        ("GET", "/b?location", "GetBucketLocation"),
        ("GET", "/b?uploads", "ListMultipartUploads"),
        ("GET", "/b?acl", "GetBucketAcl"),
        ("GET", "/b?acl=", "GetBucketAcl"),
        ("PUT", "/b?acl", "PutBucketAcl"),
        ("GET", "/b?policy", "GetBucketPolicy"),
        ("DELETE", "/b?policy", "DeleteBucketPolicy"),
        ("DELETE", "/b?lifecycle", "DeleteBucketLifecycle"),
        ("POST", "/b?delete", "DeleteObjects"),
        ("GET", "/b/k", "GetObject"),
        ("GET", "/b/k?versionId=3&response-content-type=text/plain", "GetObject"),
        ("GET", "/b/k?partNumber=2", "GetObject"),
        ("GET", "/b/k/", "GetObject"),
        ("GET", "/b//", "GetObject"),
        ("GET", "/b/k?uploadId=u", "ListParts"),
        ("GET", "/b/k?tagging", "GetObjectTagging"),
        ("GET", "/b/k?tagging&versionId=3", "GetObjectTagging"),
        ("GET", "/b/k?acl", "GetObjectAcl"),
        ("GET", "/b/k?attributes", "GetObjectAttributes"),
        ("HEAD", "/b/k", "HeadObject"),
        ("PUT", "/b/k", "PutObject"),
        ("PUT", "/b/k?partNumber=1&uploadId=u", "UploadPart"),
        ("PUT", "/b/k?tagging", "PutObjectTagging"),
        ("DELETE", "/b/k", "DeleteObject"),
        ("DELETE", "/b/k?versionId=3", "DeleteObject"),
        ("DELETE", "/b/k?uploadId=u", "AbortMultipartUpload"),
        ("DELETE", "/b/k?tagging", "DeleteObjectTagging"),
        ("POST", "/b/k?uploads", "CreateMultipartUpload"),
        ("POST", "/b/k?uploadId=u", "CompleteMultipartUpload"),
    ] {
        assert_eq!(routed(method, uri).as_deref(), Ok(operation), "{method} {uri}");
    }
}

#[test]
fn every_operation_of_the_model_is_reached() {
    let model = Model::load(embedded::S3).unwrap();
    let router = Router::new(&model);
    for operation in model.operations() {
        let (path, query) = operation.request_uri.split_once('?').unwrap_or((&operation.request_uri, ""));
        let path = path.replace("{Bucket}", "b").replace("{Key+}", "k");
        let mut query = query.to_owned();
        let mut headers = HeaderMap::new();
        for member in &model.structure(operation.input).unwrap().members {
            match member.location {
                Location::Query if member.required => query.push_str(&format!("&{}=1", member.wire_name)),
                Location::Header if member.required => {
                    let name = HeaderName::try_from(&*member.wire_name).unwrap();
                    headers.insert(name, HeaderValue::from_static("b/k"));
                }
                Location::Query
                | Location::Header
                | Location::Body
                | Location::Uri
                | Location::Headers
                | Location::Status => {}
            }
        }
        let target = Target::path_style(&path, Some(&query)).unwrap();
        let found = router.route(&operation.method, &target, &headers).unwrap();
        assert_eq!(found.name, operation.name);
    }
}

#[test]
fn the_copy_source_header_turns_an_upload_into_a_copy() {
    let copy = [("x-amz-copy-source", "/b/other")];
    assert_eq!(routed_with("PUT", "/b/k", &copy).as_deref(), Ok("CopyObject"));
    assert_eq!(routed_with("PUT", "/b/k?partNumber=1&uploadId=u", &copy).as_deref(), Ok("UploadPartCopy"));
    assert_eq!(routed_with("PUT", "/b/k?tagging", &copy).as_deref(), Ok("PutObjectTagging"));
    assert_eq!(routed_with("GET", "/b/k", &copy).as_deref(), Ok("GetObject"));
}

#[test]
fn a_sub_resource_that_an_operation_does_not_have_is_never_the_plain_operation() {
    for (method, uri, name) in [
        ("GET", "/b?website", "website"),
        ("DELETE", "/b?website", "website"),
        ("DELETE", "/b?analytics&id=1", "analytics"),
        ("DELETE", "/b?replication=", "replication"),
        ("DELETE", "/b?delete", "delete"),
        ("PUT", "/b/k?legal-hold", "legal-hold"),
        ("PUT", "/b/k?retention&versionId=1", "retention"),
        ("PUT", "/b/k?uploadId=u", "uploadId"),
        ("PUT", "/b/k?partNumber=1", "partNumber"),
        ("PUT", "/b/k?versionId=1", "versionId"),
        ("GET", "/b/k?torrent", "torrent"),
        ("GET", "/b?list-type=1", "list-type"),
        ("GET", "/b?list-type", "list-type"),
        ("GET", "/b?acl&policy", "policy"),
        ("POST", "/b/k?restore", "restore"),
        ("POST", "/b/k?select&select-type=2", "select"),
        ("POST", "/b?metrics&id=1", "metrics"),
        ("GET", "/?acl", "acl"),
        ("DELETE", "/b/k?something", "something"),
        ("GET", "/b?Acl", "Acl"),
    ] {
        assert_eq!(
            routed(method, uri),
            Err(NotRouted::UnknownSubresource(name.to_owned())),
            "{method} {uri}"
        );
    }
}

#[test]
fn parameters_that_mean_nothing_here_are_ignored() {
    for query in
        ["v=123", "x-id=GetObject", "X-Amz-Signature=1&X-Amz-Date=2", "x-amz-security-token", "=x", "a=1&a=2"]
    {
        assert_eq!(routed("GET", &format!("/b/k?{query}")).as_deref(), Ok("GetObject"), "{query}");
    }
}

#[test]
fn a_parameter_that_is_read_may_be_said_once() {
    for (method, uri, name) in [
        ("GET", "/b?prefix=a&prefix=b", "prefix"),
        ("GET", "/b/k?versionId=1&x=2&versionId=1", "versionId"),
        ("GET", "/b?list-type=2&list-type=1", "list-type"),
        ("GET", "/b?acl&acl", "acl"),
        ("GET", "/b?pre%66ix=a&prefix=b", "prefix"),
    ] {
        assert_eq!(
            routed(method, uri),
            Err(NotRouted::DuplicateParameter(name.to_owned())),
            "{method} {uri}"
        );
    }
}

#[test]
fn a_method_that_nothing_answers_to_is_no_operation() {
    for (method, uri) in [
        ("POST", "/"),
        ("DELETE", "/"),
        ("POST", "/b"),
        ("POST", "/b/k"),
        ("PATCH", "/b/k"),
        ("OPTIONS", "/b"),
        ("get", "/b/k"),
        ("HEAD", "/"),
    ] {
        assert_eq!(routed(method, uri), Err(NotRouted::NoOperation), "{method} {uri}");
    }
}

#[test]
fn a_bucket_in_the_host_routes_alike() {
    let model = Model::load(embedded::S3).unwrap();
    let router = Router::new(&model);
    let name = |path, query| {
        let target = Target::virtual_host("b", path, query).unwrap();
        router.route(&Method::GET, &target, &HeaderMap::new()).unwrap().name.to_string()
    };
    assert_eq!(name("/", None), "ListObjects");
    assert_eq!(name("/", Some("list-type=2")), "ListObjectsV2");
    assert_eq!(name("/k", None), "GetObject");
}
