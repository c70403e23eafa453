//! Reading objects: ranges, conditions, descriptions.

use crate::support::{Answer, Ask, Server};

const OBJECT: &str = "/my-bucket/public/hello.txt";
const ETAG: &str = "\"5d41402abc4b2a76b9719d911017c592\"";

async fn get(server: &Server, name: &str, value: &str) -> Answer {
    server.s3(&server.root(), Ask::new("GET", OBJECT).header(name, value)).await
}

#[tokio::test]
async fn a_range_is_answered_with_its_bytes_alone() {
    let server = Server::start().await;
    for (range, bytes, content_range) in [
        ("bytes=0-0", "h", "bytes 0-0/5"),
        ("bytes=1-3", "ell", "bytes 1-3/5"),
        ("bytes=3-", "lo", "bytes 3-4/5"),
        ("bytes=-2", "lo", "bytes 3-4/5"),
        ("bytes=0-99", "hello", "bytes 0-4/5"),
    ] {
        let answer = get(&server, "range", range).await;
        assert_eq!((answer.status, answer.text()), (206, bytes), "{range}");
        assert_eq!(answer.header("content-range"), Some(content_range));
        assert_eq!(answer.header("content-length"), Some(bytes.len().to_string().as_str()));
        assert_eq!(answer.header("etag"), Some(ETAG));
    }
}

#[tokio::test]
async fn a_range_that_the_object_does_not_have_is_refused() {
    let server = Server::start().await;
    for range in ["bytes=5-", "bytes=9-10", "bytes=-0"] {
        let answer = get(&server, "range", range).await;
        assert_eq!((answer.status, answer.code().as_str()), (416, "InvalidRange"), "{range}");
    }
}

#[tokio::test]
async fn a_range_that_is_none_is_ignored() {
    let server = Server::start().await;
    for range in ["bytes=", "bytes=3-1", "lines=0-1", "bytes=0-1,3-4", "bytes=a-b", "nonsense"] {
        let answer = get(&server, "range", range).await;
        assert_eq!((answer.status, answer.text()), (200, "hello"), "{range}");
        assert_eq!(answer.header("content-range"), None);
    }
}

#[tokio::test]
async fn conditions_decide_whether_an_object_is_sent() {
    let server = Server::start().await;
    let (before, at) = ("Fri, 02 Jan 2026 03:04:04 GMT", "Fri, 02 Jan 2026 03:04:05 GMT");
    for (name, value, status) in [
        ("if-match", ETAG, 200),
        ("if-match", "*", 200),
        ("if-match", "\"another\"", 412),
        ("if-none-match", "\"another\"", 200),
        ("if-none-match", ETAG, 304),
        ("if-none-match", "*", 304),
        ("if-modified-since", before, 200),
        ("if-modified-since", at, 304),
        ("if-modified-since", "nonsense", 200),
        ("if-unmodified-since", at, 200),
        ("if-unmodified-since", before, 412),
        ("if-unmodified-since", "nonsense", 200),
    ] {
        let answer = get(&server, name, value).await;
        assert_eq!(answer.status, status, "{name}: {value}");
        match status {
            200 => assert_eq!(answer.text(), "hello"),
            304 => assert_eq!(answer.text(), ""),
            _ => assert_eq!(answer.code(), "PreconditionFailed"),
        }
    }
}

#[tokio::test]
async fn an_object_is_given_back_with_the_headers_that_it_was_stored_with() {
    let server = Server::start().await;
    let headers = [
        ("content-type", "text/html"),
        ("content-disposition", "inline"),
        ("content-language", "de"),
        ("content-encoding", "gzip"),
        ("cache-control", "no-store"),
        ("expires", "Thu, 01 Dec 2033 16:00:00 GMT"),
        ("x-amz-meta-color", "blue"),
    ];
    let put = headers
        .iter()
        .fold(Ask::new("PUT", OBJECT).body("<script>"), |ask, (name, value)| ask.header(name, value));
    assert_eq!(server.s3(&server.root(), put).await.status, 200);
    for method in ["GET", "HEAD"] {
        let answer = server.s3(&server.root(), Ask::new(method, OBJECT)).await;
        for (name, value) in headers {
            assert_eq!(answer.header(name), Some(value), "{method} {name}");
        }
        assert_eq!(answer.header("content-length"), Some("8"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("content-security-policy"), Some("sandbox"));
        assert_eq!(answer.text(), if method == "GET" { "<script>" } else { "" });
    }
}

#[tokio::test]
async fn an_object_that_is_absent_is_said_to_be_so_only_to_those_who_may_list() {
    let server = Server::start().await;
    let alice = server.alice().await;
    let own = format!("/my-bucket/{}/absent", server.alices_id().await);
    for (method, code) in [("GET", "NoSuchKey"), ("HEAD", "404")] {
        assert_eq!(server.s3(&alice, Ask::new(method, &own)).await.code(), code);
    }
    let read_only =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}"#;
    let mut role = testkit::iam::signed_in_role();
    role.policies.values_mut().for_each(|policy| read_only.clone_into(policy));
    server.write(|records| domain::records::Roles::put_role(records, &role)).await;
    for (method, code) in [("GET", "AccessDenied"), ("HEAD", "403")] {
        assert_eq!(server.s3(&alice, Ask::new(method, &own)).await.code(), code);
    }
}

#[tokio::test]
async fn a_bucket_tells_its_region() {
    let server = Server::start().await;
    let answer = server.s3(&server.root(), Ask::new("HEAD", "/my-bucket")).await;
    assert_eq!((answer.status, answer.header("x-amz-bucket-region")), (200, Some("us-east-1")));
}

#[tokio::test]
async fn an_owner_who_is_not_expected_gets_nothing() {
    let server = Server::start().await;
    for (owner, status) in [("123456789012", 200), ("999999999999", 403)] {
        assert_eq!(get(&server, "x-amz-expected-bucket-owner", owner).await.status, status);
    }
}

#[tokio::test]
async fn what_was_deleted_is_gone_with_its_bytes_and_may_be_deleted_again() {
    let server = Server::start().await;
    for _ in 0..2 {
        let answer = server.s3(&server.root(), Ask::new("DELETE", OBJECT)).await;
        assert_eq!((answer.status, answer.text()), (204, ""));
    }
    assert_eq!(server.files(), [""; 0].map(std::path::PathBuf::from));
    assert_eq!(server.s3(&server.root(), Ask::new("GET", OBJECT)).await.code(), "NoSuchKey");
    assert_eq!(server.s3(&server.root(), Ask::new("DELETE", "/my-bucket")).await.status, 204);
    assert_eq!(server.s3(&server.root(), Ask::new("GET", "/my-bucket")).await.code(), "NoSuchBucket");
}

#[tokio::test]
async fn metadata_that_is_not_ascii_comes_back_as_an_encoded_word() {
    let server = Server::start().await;
    let put = Ask::new("PUT", OBJECT)
        .body("x")
        .header("x-amz-meta-name", "Zoë")
        .header("x-amz-meta-plain", "=?x?=");
    assert_eq!(server.s3(&server.root(), put).await.status, 200);
    let read = server.s3(&server.root(), Ask::new("HEAD", OBJECT)).await;
    assert_eq!(read.header("x-amz-meta-name"), Some("=?UTF-8?B?Wm/Dqw==?="));
    assert_eq!(read.header("x-amz-meta-plain"), Some("=?x?="));
}
