use super::*;
use crate::protocol::embedded;
use http::{HeaderName, HeaderValue};
use serde_json::json;

fn decoded(operation: &str, uri: &str, headers: &[(&'static str, &[u8])]) -> Result<Value, BadInput> {
    let model = Model::load(embedded::S3).unwrap();
    let (path, query) = uri.split_once('?').map_or((uri, None), |(path, query)| (path, Some(query)));
    let target = Target::path_style(path, query).unwrap();
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_bytes(value).unwrap());
    }
    decode(&model, model.operation(operation).unwrap(), &target, &map, b"")
}

fn wrong(name: &str, value: &str, wrong: &str) -> Result<Value, BadInput> {
    Err(BadInput::Argument {
        name: name.to_owned(),
        value: value.to_owned(),
        message: format!("Provided {name} {wrong}"),
    })
}

#[test]
fn path_query_and_headers_become_the_models_members() {
    assert_eq!(
        decoded(
            "ListObjectsV2",
            "/b?list-type=2&prefix=a%2F&delimiter=/&max-keys=2&fetch-owner=true&start-after=&v=1",
            &[("x-amz-request-payer", b"requester"), ("user-agent", b"x")]
        )
        .unwrap(),
        json!({
            "Bucket": "b", "Delimiter": "/", "MaxKeys": 2, "Prefix": "a/", "FetchOwner": true, "StartAfter": "",
            "RequestPayer": "requester",
        })
    );
}

#[test]
fn an_uploads_headers_and_metadata_are_read_and_its_body_is_left_alone() {
    assert_eq!(
        decoded(
            "PutObject",
            "/b/a%20b//../c",
            &[
                ("content-type", b"text/plain"),
                ("content-length", b"5000000000"),
                ("x-amz-meta-colour", b"red"),
                ("x-amz-meta-colour", b"blue"),
                ("x-amz-meta-name", "Zoë".as_bytes()),
                ("x-amz-server-side-encryption-bucket-key-enabled", b"false"),
                ("x-amz-object-lock-retain-until-date", b"2026-01-02T03:04:05Z"),
                ("if-none-match", b"*"),
            ]
        )
        .unwrap(),
        json!({
            "Bucket": "b", "ContentLength": 5_000_000_000_i64, "ContentType": "text/plain", "IfNoneMatch": "*",
            "Key": "a b//../c", "Metadata": {"colour": "red,blue", "name": "Zoë"}, "BucketKeyEnabled": false,
            "ObjectLockRetainUntilDate": 1_767_323_045_000_i64,
        })
    );
}

#[test]
fn what_is_not_of_its_type_is_an_invalid_argument() {
    let not_an_integer = "not an integer or within integer range";
    for value in ["abc", "", "1.0", "2147483648", "1x", " 1"] {
        let uri = format!("/b?max-keys={}", value.replace(' ', "%20"));
        assert_eq!(decoded("ListObjects", &uri, &[]), wrong("max-keys", value, not_an_integer));
    }
    assert_eq!(decoded("ListObjects", "/b?max-keys=%2B1", &[]), wrong("max-keys", "+1", not_an_integer));
    assert_eq!(decoded("ListObjects", "/b?max-keys=-1", &[]).unwrap(), json!({"Bucket": "b", "MaxKeys": -1}));
    assert_eq!(
        decoded("ListObjectsV2", "/b?fetch-owner=True", &[]),
        wrong("fetch-owner", "True", "is not valid")
    );
    assert_eq!(
        decoded("DeleteObject", "/b/k", &[("x-amz-if-match-last-modified-time", b"today")]),
        wrong("x-amz-if-match-last-modified-time", "today", "is not valid")
    );
}

#[test]
fn a_condition_that_is_no_date_is_ignored_as_http_demands() {
    let with = |value: &'static [u8]| decoded("GetObject", "/b/k", &[("if-modified-since", value)]).unwrap();
    assert_eq!(with(b"yesterday"), json!({"Bucket": "b", "Key": "k"}));
    assert_eq!(
        with(b"Fri, 02 Jan 2026 03:04:05 GMT"),
        json!({"Bucket": "b", "IfModifiedSince": 1_767_323_045_000_i64, "Key": "k"})
    );
}

#[test]
fn a_header_that_cannot_be_read_in_one_way_is_refused() {
    let refused = |name: &str| Err(BadInput::Header(name.to_owned()));
    assert_eq!(decoded("GetObject", "/b/k", &[("range", b"a"), ("range", b"b")]), refused("Range"));
    assert_eq!(decoded("PutObject", "/b/k", &[("x-amz-acl", b"\xff")]), refused("x-amz-acl"));
    assert_eq!(decoded("PutObject", "/b/k", &[("x-amz-meta-a", b"\xff")]), refused("x-amz-meta-a"));
    assert_eq!(decoded("PutObject", "/b/k", &[("x-amz-meta-", b"x")]), refused("x-amz-meta-"));
}

#[test]
fn a_list_in_headers_is_split_at_its_commas() {
    let value = decoded(
        "GetObjectAttributes",
        "/b/k?attributes",
        &[("x-amz-object-attributes", b"ETag, ObjectSize"), ("x-amz-object-attributes", b"Checksum")],
    );
    assert_eq!(value.unwrap()["ObjectAttributes"], json!(["ETag", "ObjectSize", "Checksum"]));
}

#[test]
fn an_operation_with_a_body_is_told_apart() {
    assert_eq!(decoded("DeleteObjects", "/b?delete", &[]), Err(BadInput::NoBody("DeleteObjects".to_owned())));
    assert_eq!(decoded("CreateBucket", "/b", &[]).unwrap(), json!({ "Bucket": "b" }));
    assert_eq!(
        decoded("PutBucketPolicy", "/b?policy", &[]),
        Err(BadInput::NoBody("PutBucketPolicy".to_owned()))
    );
}

#[test]
fn a_text_is_the_member_that_is_the_whole_body_if_it_is_one() {
    let model = Model::load(embedded::S3).unwrap();
    let operation = model.operation("PutBucketPolicy").unwrap();
    let target = Target::path_style("/b", Some("policy")).unwrap();
    let read = |body: &[u8]| decode(&model, operation, &target, &HeaderMap::new(), body);
    assert_eq!(read("{\"ä\"".as_bytes()).unwrap(), json!({ "Bucket": "b", "Policy": "{\"ä\"" }));
    assert_eq!(read(b"{\xff}"), Err(BadInput::NotText("PutBucketPolicy".to_owned())));
}

#[test]
fn a_document_is_the_member_that_is_the_whole_body() {
    let model = Model::load(embedded::S3).unwrap();
    let operation = model.operation("DeleteObjects").unwrap();
    let target = Target::path_style("/b", Some("delete")).unwrap();
    let body = b"<Delete><Object><Key>k</Key></Object></Delete>";
    assert_eq!(
        decode(&model, operation, &target, &HeaderMap::new(), body).unwrap(),
        json!({ "Bucket": "b", "Delete": { "Objects": [{ "Key": "k" }] } })
    );
    let refused = decode(&model, operation, &target, &HeaderMap::new(), b"<Delete/>");
    assert!(matches!(refused, Err(BadInput::Document(_))), "{refused:?}");
}
