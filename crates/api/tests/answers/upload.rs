//! Uploads: what is said of a body must be true of it, or nothing is kept.

use crate::support::{Answer, Ask, Server};
use data_encoding::BASE64;
use md5::{Digest, Md5};
use sigv4::PayloadHash;
use sigv4::checksum::{Algorithm, Checksum};
use sigv4::chunk::encode;

const OBJECT: &str = "/my-bucket/uploads/note";
const FRAMED: PayloadHash = PayloadHash::StreamingUnsignedTrailer;

fn checksum(algorithm: Algorithm, body: &[u8]) -> String {
    let mut checksum = Checksum::new(algorithm);
    checksum.update(body);
    checksum.finish().to_string()
}

fn md5(body: &[u8]) -> String {
    BASE64.encode(Md5::digest(body).as_slice())
}

fn put() -> Ask {
    Ask::new("PUT", OBJECT)
}

/// An upload as today's SDKs send it: framed, with the checksum behind the body.
fn framed(body: &[u8], algorithm: Algorithm, value: &str) -> Ask {
    let framed = encode(body, 16, &[(algorithm.header(), value)]);
    raw(&framed, body.len()).header("x-amz-trailer", algorithm.header())
}

/// What is said to be framed, whatever it is.
fn raw(body: &[u8], decoded_length: usize) -> Ask {
    put()
        .body(body)
        .payload(FRAMED)
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", &decoded_length.to_string())
}

async fn read(server: &Server) -> Answer {
    server.s3(&server.root(), Ask::new("GET", OBJECT).header("x-amz-checksum-mode", "ENABLED")).await
}

/// Sends an upload that must be refused, and looks for what it left.
async fn refused(server: &Server, ask: Ask) -> (u16, String) {
    let before = server.files();
    let answer = server.s3(&server.root(), ask).await;
    assert_eq!(read(server).await.status, 404, "a record is left");
    assert_eq!(server.files(), before, "a file is left");
    (answer.status, answer.code())
}

#[tokio::test]
async fn a_body_is_kept_as_it_came_and_described_by_its_md5() {
    let server = Server::start().await;
    for body in [&b""[..], b"note", &[0xff; 200_000]] {
        let answer = server.s3(&server.root(), put().body(body)).await;
        let etag = format!("\"{}\"", data_encoding::HEXLOWER.encode(Md5::digest(body).as_slice()));
        assert_eq!((answer.status, answer.header("etag")), (200, Some(etag.as_str())));
        let read = read(&server).await;
        assert_eq!((read.header("etag"), read.body.as_ref()), (Some(etag.as_str()), body));
        assert_eq!(server.files().len(), 2, "the content that was replaced is gone");
    }
}

#[tokio::test]
async fn the_framing_of_an_upload_is_taken_off_and_the_checksum_behind_it_kept() {
    let body = b"a body that is longer than one of its chunks";
    let server = Server::start().await;
    for algorithm in Algorithm::ALL {
        let value = checksum(algorithm, body);
        let answer = server.s3(&server.root(), framed(body, algorithm, &value)).await;
        assert_eq!((answer.status, answer.header(algorithm.header())), (200, Some(value.as_str())));
        let read = read(&server).await;
        assert_eq!(read.body.as_ref(), body);
        assert_eq!(read.header(algorithm.header()), Some(value.as_str()));
        assert_eq!(read.header("content-encoding"), None, "the framing is no encoding of the object");
    }
}

/// S3 takes it so, although its documents ask for `x-amz-trailer`: versity/versitygw#1632 saw it, and OpenStack Swift's
/// `test_strm_unsgnd_pyld_trl_no_trailer_ok` expects it.
#[tokio::test]
async fn a_framed_upload_that_announces_no_checksum_is_held_to_none_and_may_not_bring_one_along() {
    let server = Server::start().await;
    let trailed = encode(b"note", 16, &[(Algorithm::Crc32.header(), &checksum(Algorithm::Crc32, b"note"))]);
    assert_eq!(refused(&server, raw(&trailed, 4)).await, (400, "MalformedTrailerError".to_owned()));
    let answer = server.s3(&server.root(), raw(&encode(b"note", 16, &[]), 4)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let read = read(&server).await;
    assert_eq!((read.body.as_ref(), read.header("x-amz-checksum-crc32")), (&b"note"[..], None));
    let claimed = raw(&encode(b"note", 16, &[]), 4).header("content-md5", &md5(b"other"));
    assert_eq!(
        server.s3(&server.root(), claimed).await.code(),
        "BadDigest",
        "what is said in the head counts"
    );
}

#[tokio::test]
async fn a_framed_upload_may_come_in_any_pieces() {
    let body = b"a body that is longer than one of its chunks";
    let value = checksum(Algorithm::Crc32, body);
    let all = encode(body, 16, &[(Algorithm::Crc32.header(), &value)]);
    let server = Server::start().await;
    for size in [1, 2, 3, 17, 1000] {
        let ask = framed(body, Algorithm::Crc32, &value).pieces(all.chunks(size));
        assert_eq!(server.s3(&server.root(), ask).await.status, 200, "{size}");
        assert_eq!(read(&server).await.body.as_ref(), body);
    }
}

#[tokio::test]
async fn a_checksum_in_a_header_is_kept_as_well() {
    let server = Server::start().await;
    for algorithm in Algorithm::ALL {
        let value = checksum(algorithm, b"note");
        let ask = put().body("note").header(algorithm.header(), &value).header("content-md5", &md5(b"note"));
        assert_eq!(server.s3(&server.root(), ask).await.header(algorithm.header()), Some(value.as_str()));
        assert_eq!(read(&server).await.header("x-amz-checksum-type"), Some("FULL_OBJECT"));
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_was_said_of_it_leaves_nothing() {
    let server = Server::start().await;
    let other = checksum(Algorithm::Crc64Nvme, b"other");
    let sha256 = checksum(Algorithm::Sha256, b"other");
    let crc32 = Algorithm::Crc32.header();
    for (what, ask, status, code) in [
        (
            "another hash",
            put().body("note").payload(PayloadHash::of(b"other")),
            400,
            "XAmzContentSHA256Mismatch",
        ),
        ("another MD5", put().body("note").header("content-md5", &md5(b"other")), 400, "BadDigest"),
        ("no MD5", put().body("note").header("content-md5", "nonsense"), 400, "InvalidDigest"),
        (
            "an MD5 cut short",
            put().body("note").header("content-md5", &BASE64.encode(&[0; 15])),
            400,
            "InvalidDigest",
        ),
        ("another checksum", put().body("note").header("x-amz-checksum-sha256", &sha256), 400, "BadDigest"),
        ("no checksum", put().body("note").header(crc32, "nonsense"), 400, "InvalidDigest"),
        (
            "two checksums",
            put().body("note").header(crc32, "NSRBwg==").header("x-amz-checksum-sha256", &sha256),
            400,
            "InvalidRequest",
        ),
        ("another trailer", framed(b"note", Algorithm::Crc64Nvme, &other), 400, "BadDigest"),
        ("a trailer of another length", framed(b"note", Algorithm::Crc64Nvme, "AAAA"), 400, "InvalidDigest"),
        ("longer than said", put().body("note").header("content-length", "3"), 400, "IncompleteBody"),
        ("shorter than said", put().body("note").header("content-length", "5"), 400, "IncompleteBody"),
        ("broken off", put().body("note").stops_short(), 400, "IncompleteBody"),
        ("of no length", put().body("note").without("content-length"), 411, "MissingContentLength"),
        ("of a strange length", put().body("note").header("content-length", "+4"), 400, "InvalidArgument"),
        ("too large", put().body("note").header("content-length", "5368709121"), 400, "EntityTooLarge"),
    ] {
        assert_eq!(refused(&server, ask).await, (status, code.to_owned()), "{what}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_framed_as_it_says_leaves_nothing() {
    let server = Server::start().await;
    let crc32 = Algorithm::Crc32.header();
    let good = checksum(Algorithm::Crc32, b"note");
    let trailer = format!("{crc32}:{good}");
    let cut = encode(b"note", 16, &[]);
    for (what, ask, code) in [
        ("garbage", raw(b"garbage", 7), "InvalidRequest"),
        ("nothing", raw(b"", 4), "IncompleteBody"),
        ("cut", raw(&cut[..cut.len() - 1], 4), "IncompleteBody"),
        ("shorter than said", raw(&encode(b"not", 16, &[]), 4), "IncompleteBody"),
        ("longer than said", raw(&encode(b"notes", 16, &[]), 4), "IncompleteBody"),
        ("more behind it", raw(&[&cut[..], b"x"].concat(), 4), "InvalidRequest"),
        ("a chunk of a signature", raw(b"4;chunk-signature=0\r\nnote\r\n0\r\n\r\n", 4), "InvalidRequest"),
        ("a chunk without end", raw(b"ffffffffffffffff\r\nnote", 4), "IncompleteBody"),
        ("an endless size", raw(&[b'0'; 1000], 4), "InvalidRequest"),
        ("no trailer", raw(&cut, 4).header("x-amz-trailer", crc32), "MalformedTrailerError"),
        (
            "a strange trailer",
            raw(format!("4\r\nnote\r\n0\r\n{trailer}\r\n\r\n").as_bytes(), 4),
            "MalformedTrailerError",
        ),
        ("an unknown trailer", raw(&cut, 4).header("x-amz-trailer", "x-amz-meta-a"), "InvalidRequest"),
        ("no frames", raw(b"note", 4), "InvalidRequest"),
    ] {
        assert_eq!(refused(&server, ask).await, (400, code.to_owned()), "{what}");
    }
    let unsaid = raw(&cut, 4).without("x-amz-decoded-content-length");
    assert_eq!(refused(&server, unsaid).await, (411, "MissingContentLength".to_owned()));
}

#[tokio::test]
async fn a_large_upload_that_breaks_off_leaves_nothing_in_the_end() {
    let server = Server::start().await;
    let before = server.files();
    let large = vec![7; 1_000_000];
    let ask =
        put().body(&large).header("content-length", "2000000").payload(PayloadHash::Unsigned).stops_short();
    assert_eq!(server.s3(&server.root(), ask).await.code(), "IncompleteBody");
    assert_eq!(read(&server).await.status, 404);
    let cleaned = async {
        while server.files() != before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), cleaned).await.unwrap();
}

#[tokio::test]
async fn what_an_upload_asks_for_and_is_not_served_is_refused_and_never_ignored() {
    let server = Server::start().await;
    for (name, value) in [
        ("if-none-match", "\"x\""),
        ("x-amz-acl", "public-read"),
        ("x-amz-tagging", "a=b"),
        ("x-amz-server-side-encryption", "aws:kms"),
        ("x-amz-storage-class", "GLACIER"),
        ("x-amz-object-lock-legal-hold", "ON"),
        ("x-amz-website-redirect-location", "/"),
    ] {
        let refused = refused(&server, put().body("note").header(name, value)).await;
        assert_eq!(refused, (501, "NotImplemented".to_owned()), "{name}");
    }
}

#[tokio::test]
async fn an_upload_into_a_bucket_that_is_not_there_leaves_nothing() {
    let server = Server::start().await;
    let before = server.files();
    let answer = server.s3(&server.root(), Ask::new("PUT", "/absent/note").body("note")).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "NoSuchBucket"));
    assert_eq!(server.files(), before);
}

#[tokio::test]
async fn an_upload_that_is_denied_leaves_nothing_and_is_not_even_read() {
    let server = Server::start().await;
    let before = server.files();
    let answer = server.s3(&server.guest().await, put().body("note").stops_short()).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDenied"));
    assert_eq!(server.files(), before);
}

#[tokio::test]
async fn more_metadata_than_an_object_may_have_is_refused() {
    let server = Server::start().await;
    let too_much = put().body("note").header("x-amz-meta-a", &"v".repeat(2048));
    assert_eq!(refused(&server, too_much).await, (400, "MetadataTooLarge".to_owned()));
    let fits = put().body("note").header("x-amz-meta-a", &"v".repeat(2047));
    assert_eq!(server.s3(&server.root(), fits).await.status, 200);
    assert_eq!(read(&server).await.header("x-amz-meta-a").map(str::len), Some(2047));
}
