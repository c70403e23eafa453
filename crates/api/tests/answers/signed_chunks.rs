//! Uploads whose chunks are signed: nothing is kept of a body of which one chunk is not what was signed.

use crate::support::{Ask, Server};
use sigv4::PayloadHash;
use sigv4::checksum::{Algorithm, Checksum};
use sigv4::chunk::encode;

const OBJECT: &str = "/my-bucket/uploads/note";
const BODY: &[u8] = b"a body that is longer than one of its chunks";
const CHUNK: usize = "10;chunk-signature=".len() + 64 + 2 + 16 + 2;

fn checksum(algorithm: Algorithm) -> String {
    let mut checksum = Checksum::new(algorithm);
    checksum.update(BODY);
    checksum.finish().to_string()
}

fn put() -> Ask {
    Ask::new("PUT", OBJECT).header("content-encoding", "aws-chunked").header("content-type", "text/plain")
}

/// Sends an upload that must be refused, and looks for what it left.
async fn refused(server: &Server, ask: Ask) -> String {
    let before = server.files();
    let answer = server.answer(ask).await;
    let read = server.s3(&server.root(), Ask::new("GET", OBJECT)).await;
    assert_eq!(read.status, 404, "a record is left");
    assert_eq!(server.files(), before, "a file is left");
    format!("{} {}", answer.status, answer.code())
}

#[tokio::test]
async fn a_body_in_signed_chunks_is_kept_and_so_is_the_checksum_behind_it() {
    let server = Server::start().await;
    let own = format!("/my-bucket/{}/note", server.alices_id().await);
    for (held, path) in [(server.root(), OBJECT), (server.alice().await, &own)] {
        let ask = || Ask::new("PUT", path).header("content-encoding", "aws-chunked,gzip");
        let plain = server.answer(ask().signed_in_chunks(&held, server.now(), (BODY, &[]))).await;
        assert_eq!((plain.status, plain.text()), (200, ""));
        let read = server.s3(&held, Ask::new("GET", path)).await;
        assert_eq!((read.body.as_ref(), read.header("content-encoding")), (BODY, Some("gzip")));
        for algorithm in Algorithm::ALL {
            let value = checksum(algorithm);
            let trailers = [(algorithm.header(), value.as_str())];
            let answer = server.answer(ask().signed_in_chunks(&held, server.now(), (BODY, &trailers))).await;
            assert_eq!((answer.status, answer.header(algorithm.header())), (200, Some(value.as_str())));
        }
        let empty = server.answer(ask().signed_in_chunks(&held, server.now(), (b"", &[]))).await;
        assert_eq!(empty.header("etag"), Some("\"d41d8cd98f00b204e9800998ecf8427e\""));
    }
}

#[tokio::test]
async fn chunks_that_are_not_those_that_were_signed_leave_nothing() {
    let server = Server::start().await;
    let root = server.root();
    let signed = || put().signed_in_chunks(&root, server.now(), (BODY, &[]));
    let other = put().header("x-amz-meta-a", "b").signed_in_chunks(&root, server.now(), (BODY, &[]));
    let of_other = other.sent();
    let wrong = "403 SignatureDoesNotMatch";
    let unframed = "400 InvalidRequest";
    let cut = "400 IncompleteBody";
    for (what, ask, answer) in [
        ("a byte turned", signed().bent(|body| turned(body, CHUNK - 3)), wrong),
        ("a signature turned", signed().bent(|body| turned(body, 20)), wrong),
        (
            "in another order",
            signed().bent(|body| [&body[CHUNK..2 * CHUNK], &body[..CHUNK], &body[2 * CHUNK..]].concat()),
            wrong,
        ),
        (
            "replayed",
            signed().bent(|body| [&body[..CHUNK], &body[..CHUNK], &body[2 * CHUNK..]].concat()),
            wrong,
        ),
        ("of another request", signed().bent(|_| of_other), wrong),
        ("without the first", signed().bent(|body| body[CHUNK..].to_vec()), wrong),
        ("without the last", signed().bent(|body| body[..2 * CHUNK].to_vec()), cut),
        ("without their end", signed().bent(|body| body[..body.len() - 1].to_vec()), cut),
        ("and one more behind the end", signed().bent(|body| [&body[..], &body[..CHUNK]].concat()), unframed),
        ("not signed", signed().bent(|_| encode(BODY, 16, &[])), unframed),
        ("not framed", signed().bent(|_| BODY.to_vec()), unframed),
        ("of another size", signed().bent(|body| [b"f", &body[2..]].concat()), wrong),
        ("endless", signed().bent(|body| [b"ffffffffffffffff", &body[2..]].concat()), cut),
        (
            "with a trailer that nobody signed",
            signed()
                .bent(|body| [&body[..body.len() - 2], b"x-amz-checksum-crc32:AAAAAA==\r\n\r\n"].concat()),
            "400 MalformedTrailerError",
        ),
    ] {
        assert_eq!(refused(&server, ask).await, answer, "{what}");
    }
    let announced = put().header("x-amz-trailer", "x-amz-checksum-crc32");
    assert_eq!(
        refused(&server, announced.signed_in_chunks(&root, server.now(), (BODY, &[]))).await,
        unframed
    );
    let unsaid = put().payload(PayloadHash::StreamingSigned).signed(&root, server.now());
    assert_eq!(refused(&server, unsaid).await, "411 MissingContentLength");
}

#[tokio::test]
async fn trailers_that_are_not_those_that_were_signed_leave_nothing() {
    let server = Server::start().await;
    let root = server.root();
    let crc = checksum(Algorithm::Crc32);
    let sha1 = checksum(Algorithm::Sha1);
    let with = |value: &str| {
        let trailers = [(Algorithm::Crc32.header(), value)];
        put().signed_in_chunks(&root, server.now(), (BODY, &trailers))
    };
    let line = format!("x-amz-checksum-crc32:{crc}\r\n");
    let changed = |from: &str, to: &str| {
        with(&crc).bent(|body| {
            let text = String::from_utf8(body).unwrap();
            assert!(text.contains(from));
            text.replace(from, to).into_bytes()
        })
    };
    for (what, ask, answer) in [
        ("of another body", with("AAAAAA=="), "400 BadDigest"),
        ("of no checksum", with("waste"), "400 InvalidDigest"),
        ("changed", changed(&crc, "AAAAAA=="), "403 SignatureDoesNotMatch"),
        ("missing", changed(&line, ""), "400 MalformedTrailerError"),
        (
            "not signed",
            changed("x-amz-trailer-signature:", "x-amz-trailer-other:"),
            "400 MalformedTrailerError",
        ),
        (
            "of another algorithm",
            changed(&line, &format!("x-amz-checksum-sha1:{sha1}\r\n")),
            "400 MalformedTrailerError",
        ),
        (
            "after another",
            changed(&line, &format!("x-amz-acl:public-read\r\n{line}")),
            "400 MalformedTrailerError",
        ),
    ] {
        assert_eq!(refused(&server, ask).await, answer, "{what}");
    }
    let unsigned = with(&crc).bent(|body| {
        let at = body.windows(23).position(|window| window == b"x-amz-trailer-signature").unwrap();
        [&body[..at], b"\r\n"].concat()
    });
    assert_eq!(refused(&server, unsigned).await, "400 MalformedTrailerError");
}

#[tokio::test]
async fn a_chunk_whose_signature_is_wrong_is_on_record_as_a_denial() {
    let server = Server::start().await;
    let ask = put().signed_in_chunks(&server.root(), server.now(), (BODY, &[]));
    assert_eq!(refused(&server, ask.bent(|body| turned(body, CHUNK - 3))).await, "403 SignatureDoesNotMatch");
    let said = server.sink.lines().into_iter().find(|line| line.contains("SignatureDoesNotMatch")).unwrap();
    assert!(
        said.contains("\"decision\":\"denied\"") && said.contains("the signature of a chunk does not match")
    );
}

fn turned(mut body: Vec<u8>, at: usize) -> Vec<u8> {
    body[at] ^= 1;
    body
}
