use super::*;
use crate::protocol::embedded;
use serde_json::json;

const SECOND_OF_JANUARY: i64 = 1_767_323_045_000;

fn encoded(operation: &str, root: &str, value: &Value) -> Result<Encoded, NotEncodable> {
    let model = Model::load(embedded::S3).unwrap();
    encode(&model, model.operation(operation).unwrap(), root, value)
}

fn body(operation: &str, root: &str, value: &Value) -> String {
    String::from_utf8(encoded(operation, root, value).unwrap().body).unwrap()
}

#[test]
fn a_listing_is_written_as_s3_writes_it() {
    let listing = json!({
        "Name": "my-bucket", "Prefix": "", "MaxKeys": 1000, "KeyCount": 2, "IsTruncated": false,
        "Contents": [
            {"Key": "a&b", "LastModified": SECOND_OF_JANUARY, "ETag": "\"d41d\"", "Size": 0, "StorageClass": "STANDARD"},
            {"Key": "c\u{1}", "Size": 5_000_000_000_i64, "Owner": {"ID": "o"}},
        ],
        "CommonPrefixes": [{"Prefix": "x/"}, {"Prefix": "y/"}],
        "Delimiter": null,
    });
    assert_eq!(
        body("ListObjectsV2", "ListBucketResult", &listing),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <IsTruncated>false</IsTruncated>\
         <Contents><Key>a&amp;b</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>\
         <ETag>&quot;d41d&quot;</ETag><Size>0</Size><StorageClass>STANDARD</StorageClass></Contents>\
         <Contents><Key>c&#x1;</Key><Size>5000000000</Size><Owner><ID>o</ID></Owner></Contents>\
         <Name>my-bucket</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys>\
         <CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>y/</Prefix></CommonPrefixes>\
         <KeyCount>2</KeyCount></ListBucketResult>"
    );
}

#[test]
fn a_list_that_is_not_flattened_has_an_element_around_it() {
    let buckets = json!({"Buckets": [{"Name": "b", "CreationDate": 0}], "Owner": {"ID": "o"}});
    assert_eq!(
        body("ListBuckets", "ListAllMyBucketsResult", &buckets),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Buckets><Bucket><Name>b</Name>\
         <CreationDate>1970-01-01T00:00:00.000Z</CreationDate></Bucket></Buckets><Owner><ID>o</ID></Owner>\
         </ListAllMyBucketsResult>"
    );
    assert!(body("ListBuckets", "R", &json!({"Buckets": []})).contains("<Buckets></Buckets>"));
}

#[test]
fn elements_and_attributes_have_the_names_the_model_gives_them() {
    let versions = json!({"Versions": [{"Key": "k"}], "DeleteMarkers": [{"Key": "d"}]});
    let xml = body("ListObjectVersions", "ListVersionsResult", &versions);
    assert!(
        xml.contains("<Version><Key>k</Key></Version><DeleteMarker><Key>d</Key></DeleteMarker>"),
        "{xml}"
    );
    let acl = json!({"Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "o"}, "Permission": "READ"}]});
    let xml = body("GetBucketAcl", "AccessControlPolicy", &acl);
    assert!(
        xml.contains(
            "<AccessControlList><Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
             xsi:type=\"CanonicalUser\"><ID>o</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList>"
        ),
        "{xml}"
    );
}

#[test]
fn an_object_is_headers_and_its_bytes_are_left_to_the_caller() {
    let object = json!({
        "LastModified": SECOND_OF_JANUARY + 999, "ContentLength": 3, "ETag": "\"e\"", "ContentType": "text/plain",
        "Metadata": {"colour": "red", "name": "Zoë"}, "BucketKeyEnabled": true, "AcceptRanges": "bytes",
        "ObjectLockRetainUntilDate": SECOND_OF_JANUARY, "VersionId": null,
    });
    let answer = encoded("GetObject", "", &object).unwrap();
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    assert_eq!(
        headers,
        [
            "accept-ranges: bytes",
            "content-length: 3",
            "content-type: text/plain",
            "etag: \"e\"",
            "last-modified: Fri, 02 Jan 2026 03:04:05 GMT",
            "x-amz-meta-colour: red",
            "x-amz-meta-name: Zoë",
            "x-amz-object-lock-retain-until-date: 2026-01-02T03:04:05.000Z",
            "x-amz-server-side-encryption-bucket-key-enabled: true",
        ]
    );
    assert_eq!((answer.status, answer.body.len()), (StatusCode::OK, 0));
}

#[test]
fn the_model_gives_the_status() {
    assert_eq!(encoded("DeleteObject", "", &json!({})).unwrap().status, StatusCode::NO_CONTENT);
    assert_eq!(encoded("DeleteBucket", "", &json!({})).unwrap().status, StatusCode::NO_CONTENT);
    assert_eq!(encoded("PutObject", "", &json!({"ETag": "\"e\""})).unwrap().status, StatusCode::OK);
}

#[test]
fn an_output_of_headers_alone_has_no_body() {
    for (operation, value) in [
        ("PutObject", json!({"ETag": "x"})),
        ("HeadBucket", json!({"BucketRegion": "r"})),
        ("DeleteBucket", json!({})),
    ] {
        assert_eq!(body(operation, "Root", &value), "", "{operation}");
    }
}

#[test]
fn a_payload_is_the_whole_body() {
    assert_eq!(body("GetBucketPolicy", "", &json!({"Policy": "{}"})), "{}");
    assert_eq!(
        body("GetBucketPolicyStatus", "", &json!({"PolicyStatus": {"IsPublic": true}})),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PolicyStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <IsPublic>true</IsPublic></PolicyStatus>"
    );
}

#[test]
fn an_output_that_contradicts_the_model_is_not_sent() {
    let refused = |operation: &str, value: Value| encoded(operation, "R", &value).unwrap_err();
    assert_eq!(
        refused("ListObjectsV2", json!({"Contents": [{"Key": "k", "Path": "/srv/blob"}]})),
        NotEncodable::UnknownMember { shape: "Object".to_owned(), member: "Path".to_owned() }
    );
    assert_eq!(
        refused("PutObject", json!({"Path": "/srv/blob"})),
        NotEncodable::UnknownMember { shape: "PutObjectOutput".to_owned(), member: "Path".to_owned() }
    );
    assert_eq!(
        refused("ListObjectsV2", json!({"KeyCount": "2"})),
        NotEncodable::WrongType("KeyCount".to_owned())
    );
    assert_eq!(
        refused("GetObject", json!({"LastModified": i64::MAX})),
        NotEncodable::WrongType("LastModified".into())
    );
}

#[test]
fn a_value_cannot_end_its_header_and_begin_another() {
    for value in ["a\r\nset-cookie: x=1", "a\0"] {
        assert_eq!(
            encoded("GetObject", "", &json!({"Metadata": {"k": value}})).unwrap_err(),
            NotEncodable::NotAHeader("x-amz-meta-k".to_owned())
        );
        assert_eq!(
            encoded("GetObject", "", &json!({"ContentType": value})).unwrap_err(),
            NotEncodable::NotAHeader("Content-Type".to_owned())
        );
    }
    assert!(encoded("GetObject", "", &json!({"Metadata": {"a b": "x"}})).is_err());
}

#[test]
fn a_refusal_names_the_code_and_what_belongs_to_it() {
    let error = ErrorBody {
        code: "NoSuchBucket",
        message: "The specified bucket does not exist",
        details: &[("BucketName", "<b>")],
        resource: "/<b>/k\u{1}",
        request_id: "r",
        host_id: "h",
    };
    assert_eq!(
        String::from_utf8(error_body(&error)).unwrap(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchBucket</Code>\
         <Message>The specified bucket does not exist</Message><BucketName>&lt;b&gt;</BucketName>\
         <Resource>/&lt;b&gt;/k&#x1;</Resource><RequestId>r</RequestId><HostId>h</HostId></Error>"
    );
}
