//! Copies of objects.

use crate::support::{Answer, Ask, Server};
use sigv4::checksum::{Algorithm, Checksum};

const SOURCE: &str = "my-bucket/public/hello.txt";
const ETAG: &str = "\"5d41402abc4b2a76b9719d911017c592\"";

fn copy(to: &str, source: &str) -> Ask {
    Ask::new("PUT", to).header("x-amz-copy-source", source)
}

async fn root(server: &Server, ask: Ask) -> Answer {
    server.s3(&server.root(), ask).await
}

#[tokio::test]
async fn a_copy_has_the_bytes_the_headers_and_the_checksum_of_its_source() {
    let server = Server::start().await;
    let mut checksum = Checksum::new(Algorithm::Crc32c);
    checksum.update(b"<p>");
    let value = checksum.finish().to_string();
    let put = Ask::new("PUT", "/my-bucket/page")
        .body("<p>")
        .header("content-type", "text/html")
        .header("expires", "Thu, 01 Dec 2033 16:00:00 GMT")
        .header("x-amz-meta-colour", "green")
        .header("x-amz-checksum-crc32c", &value);
    assert_eq!(root(&server, put).await.status, 200);
    let copied = root(&server, copy("/empty/copy", "/my-bucket/page")).await;
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <CopyObjectResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <ETag>&quot;6e3bf4c4ae83d9f7c91a66c5edc1ee6a&quot;</ETag><LastModified>2026-01-02T03:04:05.000Z</LastModified>\
         <ChecksumType>FULL_OBJECT</ChecksumType><ChecksumCRC32C>{value}</ChecksumCRC32C></CopyObjectResult>"
    );
    let etag = root(&server, Ask::new("HEAD", "/my-bucket/page"))
        .await
        .header("etag")
        .unwrap()
        .replace('"', "&quot;");
    let expected = expected.replace("&quot;6e3bf4c4ae83d9f7c91a66c5edc1ee6a&quot;", &etag);
    assert_eq!((copied.status, copied.text()), (200, expected.as_str()));
    root(&server, Ask::new("DELETE", "/my-bucket/page")).await;
    let read = root(&server, Ask::new("GET", "/empty/copy").header("x-amz-checksum-mode", "ENABLED")).await;
    assert_eq!(read.text(), "<p>", "the copy is none of the source's business");
    for (name, value) in [
        ("content-type", "text/html"),
        ("expires", "Thu, 01 Dec 2033 16:00:00 GMT"),
        ("x-amz-meta-colour", "green"),
        ("x-amz-checksum-crc32c", value.as_str()),
    ] {
        assert_eq!(read.header(name), Some(value), "{name}");
    }
}

#[tokio::test]
async fn a_copy_is_described_anew_where_that_is_asked_for() {
    let server = Server::start().await;
    let anew = copy("/my-bucket/copy", SOURCE)
        .header("x-amz-metadata-directive", "REPLACE")
        .header("content-type", "text/plain")
        .header("x-amz-meta-colour", "blue")
        .header("x-amz-checksum-algorithm", "SHA256");
    let copied = root(&server, anew).await;
    let sha256 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    assert_eq!((copied.status, copied.element("ChecksumSHA256")), (200, Some(sha256)));
    let read =
        root(&server, Ask::new("GET", "/my-bucket/copy").header("x-amz-checksum-mode", "ENABLED")).await;
    assert_eq!((read.text(), read.header("content-type")), ("hello", Some("text/plain")));
    assert_eq!(read.header("x-amz-meta-colour"), Some("blue"));
    assert_eq!(read.header("x-amz-checksum-sha256"), Some(sha256));
    // Without the directive what is said is said for nothing, as in S3.
    let kept = copy("/my-bucket/other", SOURCE).header("content-type", "text/plain");
    assert_eq!(root(&server, kept).await.status, 200);
    let read = root(&server, Ask::new("GET", "/my-bucket/other")).await;
    assert_eq!(read.header("content-type"), Some("binary/octet-stream"));
    let neither = copy("/my-bucket/other", SOURCE).header("x-amz-metadata-directive", "MOVE");
    assert_eq!(root(&server, neither).await.code(), "InvalidArgument");
}

#[tokio::test]
async fn an_object_is_copied_onto_itself_only_to_be_described_anew() {
    let server = Server::start().await;
    let itself = || copy("/my-bucket/public/hello.txt", SOURCE);
    let refused = root(&server, itself()).await;
    assert_eq!((refused.status, refused.code().as_str()), (400, "InvalidRequest"));
    assert!(refused.text().contains("trying to copy an object to itself without changing"));
    let before = server.files().len();
    let anew = itself().header("x-amz-metadata-directive", "REPLACE").header("content-type", "text/plain");
    assert_eq!(root(&server, anew).await.status, 200);
    let read = root(&server, Ask::new("GET", "/my-bucket/public/hello.txt")).await;
    assert_eq!((read.text(), read.header("content-type")), ("hello", Some("text/plain")));
    assert_eq!(server.files().len(), before);
}

#[tokio::test]
async fn conditions_of_the_source_and_of_the_target_must_hold() {
    let server = Server::start().await;
    let (before, at) = ("Fri, 02 Jan 2026 03:04:04 GMT", "Fri, 02 Jan 2026 03:04:05 GMT");
    for (name, value, status) in [
        ("x-amz-copy-source-if-match", ETAG, 200),
        ("x-amz-copy-source-if-match", "\"other\"", 412),
        ("x-amz-copy-source-if-none-match", "\"other\"", 200),
        ("x-amz-copy-source-if-none-match", ETAG, 412),
        ("x-amz-copy-source-if-modified-since", before, 200),
        ("x-amz-copy-source-if-modified-since", at, 412),
        ("x-amz-copy-source-if-unmodified-since", at, 200),
        ("x-amz-copy-source-if-unmodified-since", before, 412),
        ("if-match", ETAG, 200),
        ("if-match", "\"other\"", 412),
        ("if-none-match", "*", 412),
    ] {
        let files = server.files().len();
        let answer = root(&server, copy("/my-bucket/copy", SOURCE).header(name, value)).await;
        assert_eq!(answer.status, status, "{name}: {value}");
        if status == 412 {
            assert_eq!(answer.code(), "PreconditionFailed");
            assert_eq!(server.files().len(), files, "{name}: {value}");
        }
    }
    let fresh = copy("/my-bucket/fresh", SOURCE).header("if-none-match", "*");
    assert_eq!(root(&server, fresh).await.status, 200);
}

#[tokio::test]
async fn who_may_not_read_the_source_or_write_the_target_copies_nothing() {
    let server = Server::start().await;
    let (alice, own) = (server.alice().await, server.alices_id().await);
    server.put(&server.root(), "/my-bucket/private/plan", "secret").await;
    server.put(&server.root(), "/empty/plan", "secret").await;
    let mine = format!("/my-bucket/{own}/copy");
    assert_eq!(server.s3(&alice, copy(&mine, SOURCE)).await.status, 200);
    for source in [
        "my-bucket/private/plan",
        "my-bucket/private/absent",
        "/my-bucket/private/plan",
        "my-bucket/private%2Fplan",
        "my-bucket/%70rivate/plan",
        "empty/plan",
        "empty/absent",
        "no-such-bucket/plan",
        "my-bucket/public%2F..%2F..%2Fempty/plan/..",
    ] {
        let answer = server.s3(&alice, copy(&mine, source)).await;
        // The last is a key below `public/` that nobody has written, and no way out of it.
        let expected = if source.contains("..") { "NoSuchKey" } else { "AccessDenied" };
        assert_eq!(answer.code(), expected, "{source}: {}", answer.text());
    }
    for target in ["/my-bucket/public/copy", "/empty/copy", "/my-bucket/private/plan"] {
        assert_eq!(server.s3(&alice, copy(target, SOURCE)).await.code(), "AccessDenied", "{target}");
    }
    let record = server.sink.lines().pop().unwrap();
    assert!(record.contains("x-amz-copy-source") || record.contains("s3:PutObject"), "{record}");
}

#[tokio::test]
async fn an_absent_source_is_told_only_to_those_who_may_list_its_bucket() {
    let server = Server::start().await;
    let source = "my-bucket/public/absent";
    let answer = root(&server, copy("/my-bucket/copy", source)).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "NoSuchKey"));
    assert_eq!(root(&server, copy("/my-bucket/copy", "no-such-bucket/a")).await.code(), "NoSuchBucket");
    assert_eq!(root(&server, copy("/no-such-bucket/copy", SOURCE)).await.code(), "NoSuchBucket");
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],
        "Resource":"*"}]}"#;
    let alice = server.alice_under(policy).await;
    assert_eq!(server.s3(&alice, copy("/my-bucket/copy", source)).await.code(), "AccessDenied");
}

#[tokio::test]
async fn a_policy_can_say_what_is_copied_and_how() {
    let server = Server::start().await;
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"s3:GetObject","Resource":"*"},
        {"Effect":"Allow","Action":"s3:PutObject","Resource":"*","Condition":{
            "StringLike":{"s3:x-amz-copy-source":"my-bucket/public/*"},
            "StringEqualsIfExists":{"s3:x-amz-metadata-directive":"COPY"}}}]}"#;
    let alice = server.alice_under(policy).await;
    server.put(&server.root(), "/my-bucket/private/plan", "secret").await;
    for (source, status) in [
        ("my-bucket/public/hello.txt", 200),
        ("/my-bucket/public/hello.txt", 200),
        ("my-bucket/%70ublic/hello.txt", 200),
        ("my-bucket/private/plan", 403),
    ] {
        assert_eq!(server.s3(&alice, copy("/my-bucket/copy", source)).await.status, status, "{source}");
    }
    for (directive, status) in [("COPY", 200), ("REPLACE", 403)] {
        let ask = copy("/my-bucket/copy", SOURCE).header("x-amz-metadata-directive", directive);
        assert_eq!(server.s3(&alice, ask).await.status, status, "{directive}");
    }
    let upload = Ask::new("PUT", "/my-bucket/copy").body("x");
    assert_eq!(server.s3(&alice, upload).await.code(), "AccessDenied");
}

#[tokio::test]
async fn what_names_no_source_or_is_not_served_is_refused_and_never_ignored() {
    let server = Server::start().await;
    for source in ["my-bucket", "/", "my-bucket/", "My_Bucket/a", "my-bucket/%zz", "arn:aws:s3:::my-bucket/a"]
    {
        let answer = root(&server, copy("/my-bucket/copy", source)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidArgument"), "{source}");
    }
    for (name, value) in [
        ("x-amz-tagging", "a=b"),
        ("x-amz-tagging-directive", "COPY"),
        ("x-amz-acl", "public-read"),
        ("x-amz-storage-class", "GLACIER"),
        ("x-amz-checksum-algorithm", "XXHASH64"),
        ("x-amz-server-side-encryption", "aws:kms"),
    ] {
        let answer = root(&server, copy("/my-bucket/copy", SOURCE).header(name, value)).await;
        assert_eq!((answer.status, answer.code().as_str()), (501, "NotImplemented"), "{name}");
    }
    let version = copy("/my-bucket/copy", "my-bucket/public/hello.txt?versionId=1");
    assert_eq!(root(&server, version).await.code(), "NotImplemented");
    for owner in ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"] {
        let ask = copy("/my-bucket/copy", SOURCE).header(owner, "999999999999");
        assert_eq!(root(&server, ask).await.code(), "AccessDenied", "{owner}");
    }
    assert_eq!(root(&server, Ask::new("GET", "/my-bucket/copy")).await.code(), "NoSuchKey");
}

#[tokio::test]
async fn a_copy_of_several_chunks_and_one_of_nothing_are_whole() {
    let server = Server::start().await;
    let large = "0123456789".repeat(50_000);
    for (name, body) in [("large", large.as_str()), ("nothing", "")] {
        server.put(&server.root(), &format!("/my-bucket/{name}"), body).await;
        let copied = root(&server, copy("/empty/copy", &format!("my-bucket/{name}"))).await;
        assert_eq!(copied.status, 200);
        let read = root(&server, Ask::new("GET", "/empty/copy")).await;
        assert!(read.text() == body, "{name} differs");
    }
}
