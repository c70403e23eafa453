//! Requests whose signature is in the query: whoever has the URL does what its signer may do, and nothing else.

use crate::support::{Answer, Ask, Held, Server};
use broker::iam::circumstances::{TlsVersion, Transport};
use domain::time::Span;
use serde_json::{Value, json};
use sigv4::PayloadHash;
use std::net::Ipv4Addr;
use testkit::iam::{document, signed_in_role};

const OBJECT: &str = "/my-bucket/public/hello.txt";

fn get() -> Ask {
    Ask::new("GET", OBJECT)
}

/// Replaces the value of a parameter, or takes the parameter out.
fn with(uri: &str, name: &str, value: Option<&str>) -> String {
    let (path, query) = uri.split_once('?').unwrap();
    let pairs = query.split('&').filter_map(|pair| match (pair.split_once('='), value) {
        (Some((given, _)), Some(value)) if given == name => Some(format!("{name}={value}")),
        (Some((given, _)), None) if given == name => None,
        _ => Some(pair.to_owned()),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

async fn presigned(server: &Server, held: &Held, ask: Ask) -> Answer {
    server.answer(ask.presigned(held, 60, server.now())).await
}

#[tokio::test]
async fn an_object_is_written_looked_at_read_and_deleted_by_whoever_has_the_url() {
    let server = Server::start().await;
    for held in [server.root(), server.alice().await] {
        let own = format!("/my-bucket/{}/note%20%C3%A9", server.alices_id().await);
        let written = presigned(&server, &held, Ask::new("PUT", &own).body("note")).await;
        assert_eq!((written.status, written.text()), (200, ""));
        let seen = presigned(&server, &held, Ask::new("HEAD", &own)).await;
        assert_eq!((seen.status, seen.header("content-length")), (200, Some("4")));
        let read = presigned(&server, &held, Ask::new("GET", &own).header("range", "bytes=1-2")).await;
        assert_eq!((read.status, read.text()), (206, "ot"));
        assert_eq!(presigned(&server, &held, Ask::new("DELETE", &own)).await.status, 204);
        assert_eq!(presigned(&server, &held, Ask::new("GET", &own)).await.code(), "NoSuchKey");
        let listed =
            presigned(&server, &held, Ask::new("GET", "/my-bucket?list-type=2&prefix=public%2F")).await;
        assert_eq!(listed.elements("Key"), ["public/hello.txt"]);
    }
}

#[tokio::test]
async fn a_url_lets_nobody_do_more_than_its_signer_may() {
    let server = Server::start().await;
    let guest = server.guest().await;
    assert_eq!(presigned(&server, &guest, get()).await.status, 200);
    for ask in
        [Ask::new("PUT", OBJECT).body("x"), Ask::new("DELETE", OBJECT), Ask::new("DELETE", "/my-bucket")]
    {
        assert_eq!(presigned(&server, &guest, ask).await.code(), "AccessDenied");
    }
    assert_eq!(presigned(&server, &server.in_wrong_role().await, get()).await.code(), "AccessDenied");
}

#[tokio::test]
async fn a_url_ends_when_it_said_it_would_or_with_its_session() {
    let server = Server::start().await;
    let alice = server.alice().await;
    let (short, long) =
        (get().presigned(&alice, 60, server.now()), get().presigned(&alice, 7 * 24 * 3600, server.now()));
    server.wait(Span::from_secs(59));
    assert_eq!(server.answer(short.clone()).await.status, 200);
    server.wait(Span::from_secs(1));
    let answer = server.answer(short).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDenied"));
    for (element, text) in [
        ("Message", "Request has expired"),
        ("X-Amz-Expires", "60"),
        ("Expires", "2026-01-02T03:05:05Z"),
        ("ServerTime", "2026-01-02T03:05:05Z"),
    ] {
        assert_eq!(answer.element(element), Some(text));
    }
    server.wait(Span::from_secs(3539));
    assert_eq!(server.answer(long.clone()).await.status, 200);
    server.wait(Span::from_secs(1));
    let answer = server.answer(long).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "ExpiredToken"));
}

#[tokio::test]
async fn a_url_from_tomorrow_is_not_valid_yet() {
    let server = Server::start().await;
    let at = |secs| get().presigned(&server.root(), 60, server.now().after(Span::from_secs(secs)));
    assert_eq!(server.answer(at(900)).await.status, 200);
    let answer = server.answer(at(901)).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDenied"));
    assert_eq!(answer.element("Message"), Some("Request is not valid yet"));
}

#[tokio::test]
async fn a_url_that_was_changed_is_refused() {
    let server = Server::start().await;
    let (alice, guest) = (server.alice().await, server.guest().await);
    let signed = || get().presigned(&alice, 60, server.now());
    let set = |name: &str, value: &str| signed().redirected(|uri| with(uri, name, Some(value)));
    let token = |held: &Held| held.token.clone().unwrap();
    for (what, ask, code) in [
        (
            "another object",
            signed().redirected(|uri| uri.replacen("hello", "other", 1)),
            "SignatureDoesNotMatch",
        ),
        (
            "another parameter",
            signed().redirected(|uri| format!("{uri}&response-content-type=text%2Fhtml")),
            "SignatureDoesNotMatch",
        ),
        ("a longer life", set("X-Amz-Expires", "61"), "SignatureDoesNotMatch"),
        ("a later date", set("X-Amz-Date", "20260102T030406Z"), "SignatureDoesNotMatch"),
        ("another signature", set("X-Amz-Signature", &"0".repeat(64)), "SignatureDoesNotMatch"),
        ("another host", signed().header("host", "elsewhere"), "SignatureDoesNotMatch"),
        (
            "no token",
            signed().redirected(|uri| with(uri, "X-Amz-Security-Token", None)),
            "InvalidAccessKeyId",
        ),
        ("another's token", set("X-Amz-Security-Token", &token(&guest)), "InvalidToken"),
        ("a token in a header", signed().header("x-amz-security-token", &token(&alice)), "AccessDenied"),
        ("a source to copy", signed().header("x-amz-copy-source", "/my-bucket/private"), "AccessDenied"),
        ("an access control list", signed().header("x-amz-acl", "public-read"), "AccessDenied"),
        ("a hash of the body", signed().header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), "AccessDenied"),
    ] {
        assert_eq!(server.answer(ask).await.code(), code, "{what}");
    }
    for method in ["HEAD", "PUT", "DELETE"] {
        let mut moved = Ask::new("GET", OBJECT).presigned(&server.root(), 60, server.now());
        moved.by(method);
        assert_eq!(server.answer(moved).await.status, 403, "{method}");
    }
    assert_eq!(server.answer(signed()).await.text(), "hello");
}

#[tokio::test]
async fn a_header_that_is_not_signed_is_named() {
    let server = Server::start().await;
    let ask = get().presigned(&server.root(), 60, server.now()).header("x-amz-acl", "public-read");
    let answer = server.answer(ask).await;
    let message = "There were headers present in the request which were not signed";
    assert_eq!((answer.status, answer.element("Message")), (403, Some(message)));
    assert_eq!(answer.element("HeadersNotSigned"), Some("x-amz-acl"));
}

#[tokio::test]
async fn parameters_that_are_not_right_are_told_in_awss_words() {
    let server = Server::start().await;
    let signed = || get().presigned(&server.root(), 60, server.now());
    let of = |name: &str, value: &str| signed().redirected(|uri| with(uri, name, Some(value)));
    let credential = |rest: &str| of("X-Amz-Credential", &format!("{}%2F{rest}", server.root().id));
    let required = "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                    X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.";
    let long = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less \
                than 604800 seconds";
    for (ask, message) in [
        (get().redirected(|uri| format!("{uri}?X-Amz-Security-Token=x")), required),
        (signed().redirected(|uri| with(uri, "X-Amz-Date", None)), required),
        (signed().redirected(|uri| with(uri, "X-Amz-Signature", None)), required),
        (of("X-Amz-Algorithm", "AWS4-HMAC-SHA1"), "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""),
        (
            of("X-Amz-Date", "yesterday"),
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
        ),
        (of("X-Amz-Expires", "691200"), long),
        (of("X-Amz-Expires", "soon"), "X-Amz-Expires should be a number"),
        (of("X-Amz-Expires", "-1"), "X-Amz-Expires must be non-negative"),
        (
            of("X-Amz-Credential", "AKIA"),
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \
             \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        ),
        (
            credential("20260102%2Feu-west-1%2Fs3%2Faws4_request"),
            "Error parsing the X-Amz-Credential parameter; the region 'eu-west-1' is wrong; expecting 'us-east-1'",
        ),
        (
            credential("20260102%2Fus-east-1%2Fsts%2Faws4_request"),
            "Error parsing the X-Amz-Credential parameter; incorrect service \"sts\". This endpoint belongs to \"s3\".",
        ),
        (
            credential("20260101%2Fus-east-1%2Fs3%2Faws4_request"),
            "Error parsing the X-Amz-Credential parameter; Invalid credential date \"20260101\". This date is not the \
             same as X-Amz-Date: \"20260102\".",
        ),
    ] {
        let answer = server.answer(ask).await;
        let message =
            message.replace('"', "&quot;").replace('\'', "&apos;").replace('<', "&lt;").replace('>', "&gt;");
        assert_eq!(answer.element("Message"), Some(message.as_str()));
        assert_eq!((answer.status, answer.code().as_str()), (400, "AuthorizationQueryParametersError"));
    }
    let version_2 = get().redirected(|uri| format!("{uri}?AWSAccessKeyId=AKIA&Signature=x&Expires=1"));
    assert_eq!(server.answer(version_2).await.code(), "InvalidRequest");
}

#[tokio::test]
async fn a_request_that_is_signed_in_header_and_query_is_refused() {
    let server = Server::start().await;
    for query in ["X-Amz-Signature=0", "x-amz-credential=x", "AWSAccessKeyId=AKIA", "X-Amz-Security-Token=x"]
    {
        let answer = server.s3(&server.root(), Ask::new("GET", &format!("{OBJECT}?{query}"))).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidArgument"), "{query}");
    }
    let presigned = get().presigned(&server.root(), 60, server.now());
    let both = presigned.clone().signed(&server.root(), server.now());
    let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
                   parameter or the Authorization header should be specified";
    for ask in [both, presigned.header("authorization", "Bearer x")] {
        let answer = server.answer(ask).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidArgument"));
        assert_eq!(answer.element("Message"), Some(message));
    }
}

#[tokio::test]
async fn a_body_is_held_to_the_hash_that_was_signed_if_there_is_one() {
    let server = Server::start().await;
    let put = |body: &str, payload| Ask::new("PUT", "/my-bucket/x").body(body).payload(payload);
    for (ask, code) in [
        (put("note", PayloadHash::Unsigned), "200"),
        (put("note", PayloadHash::of(b"note")), "200"),
        (put("other", PayloadHash::of(b"note")), "XAmzContentSHA256Mismatch"),
        (put("note", PayloadHash::StreamingUnsignedTrailer), "InvalidArgument"),
        (put("note", PayloadHash::StreamingSigned), "InvalidArgument"),
    ] {
        assert_eq!(presigned(&server, &server.root(), ask).await.code(), code);
    }
}

#[tokio::test]
async fn a_header_that_a_presigner_put_into_the_query_counts_like_a_header() {
    let server = Server::start().await;
    let put = |query: &str| Ask::new("PUT", &format!("/my-bucket/x?{query}")).body("note");
    let root = server.root();
    assert_eq!(presigned(&server, &root, put("x-amz-meta-color=blue&x-id=PutObject")).await.status, 200);
    let read = server.s3(&root, Ask::new("GET", "/my-bucket/x")).await;
    assert_eq!(read.header("x-amz-meta-color"), Some("blue"));
    for (query, code) in [
        ("x-amz-acl=public-read", "NotImplemented"),
        ("x-amz-storage-class=GLACIER", "NotImplemented"),
        ("x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32", "200"),
        ("x-amz-expected-bucket-owner=999999999999", "AccessDenied"),
        ("x-amz-meta-color=blue&x-amz-meta-color=red", "InvalidArgument"),
        ("x-amz-meta-color=%0Ared", "InvalidArgument"),
    ] {
        assert_eq!(presigned(&server, &root, put(query)).await.code(), code, "{query}");
        assert_eq!(server.s3(&root, put(query)).await.code(), code, "{query}");
    }
    for (sent, code) in [("blue", "200"), ("red", "InvalidArgument")] {
        let both = put("x-amz-meta-color=blue").header("x-amz-meta-color", sent);
        assert_eq!(presigned(&server, &root, both).await.code(), code);
    }
}

#[tokio::test]
async fn a_signed_request_chooses_headers_of_its_answer() {
    let server = Server::start().await;
    let query = "response-content-type=text%2Fhtml&response-content-disposition=attachment%3B%20filename%3D%22a%20b%22\
                 &response-content-language=de&response-content-encoding=identity&response-cache-control=no-store\
                 &response-expires=Fri%2C%2002%20Jan%202026%2003%3A04%3A05%20GMT";
    for method in ["GET", "HEAD"] {
        let ask = || Ask::new(method, &format!("{OBJECT}?{query}"));
        for answer in
            [server.s3(&server.root(), ask()).await, presigned(&server, &server.root(), ask()).await]
        {
            assert_eq!(answer.status, 200, "{}", answer.text());
            for (name, value) in [
                ("content-type", "text/html"),
                ("content-disposition", "attachment; filename=\"a b\""),
                ("content-language", "de"),
                ("content-encoding", "identity"),
                ("cache-control", "no-store"),
                ("expires", "Fri, 02 Jan 2026 03:04:05 GMT"),
                ("x-content-type-options", "nosniff"),
                ("content-security-policy", "sandbox"),
            ] {
                assert_eq!(answer.header(name), Some(value), "{method} {name}");
            }
        }
        let anonymous = server.answer(ask()).await;
        assert_eq!(anonymous.code(), if method == "GET" { "AccessDenied" } else { "403" });
        for wrong in ["response-content-type=a%0Ab", "response-cache-control=%00", "response-expires=soon"] {
            let answer = server.s3(&server.root(), Ask::new(method, &format!("{OBJECT}?{wrong}"))).await;
            assert_eq!(answer.code(), if method == "GET" { "InvalidArgument" } else { "400" }, "{wrong}");
        }
        let empty =
            server.s3(&server.root(), Ask::new(method, &format!("{OBJECT}?response-content-type="))).await;
        assert_eq!(empty.header("content-type"), Some("binary/octet-stream"));
    }
    let unchanged = server.s3(&server.root(), get()).await;
    assert_eq!(
        (unchanged.header("content-type"), unchanged.header("expires")),
        (Some("binary/octet-stream"), None)
    );
}

/// What alice is answered when her role may read under this condition only.
async fn under(server: &Server, condition: &Value, ask: &Ask) -> &'static str {
    under_over(server, condition, ask, Transport::Plain).await
}

/// The same, when she comes this way.
async fn under_over(server: &Server, condition: &Value, ask: &Ask, way: Transport) -> &'static str {
    let statements =
        json!([{ "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition }]);
    let mut role = signed_in_role();
    role.policies.values_mut().for_each(|policy| *policy = document(&statements).to_string());
    server.write(|records| domain::records::Roles::put_role(records, &role)).await;
    let code = server.answer_over(way, Ipv4Addr::new(192, 0, 2, 1), ask.clone()).await.code();
    assert!(["200", "AccessDenied"].contains(&code.as_str()), "{code}");
    if code == "200" { "yes" } else { "no" }
}

#[tokio::test]
async fn policies_are_asked_about_the_version_of_tls_where_it_is_known() {
    let server = Server::start().await;
    let alice = server.alice().await;
    let ask = get().signed(&alice, server.now());
    let ways = [
        Transport::Plain,
        Transport::Encrypted(None),
        Transport::Encrypted(Some(TlsVersion::V1_2)),
        Transport::Encrypted(Some(TlsVersion::V1_3)),
    ];
    for (condition, answers) in [
        (json!({ "NumericGreaterThanEquals": { "s3:TlsVersion": "1.3" } }), ["no", "no", "no", "yes"]),
        (json!({ "NumericLessThan": { "s3:TlsVersion": "1.3" } }), ["no", "no", "yes", "no"]),
        (json!({ "StringEquals": { "s3:TlsVersion": "1.2" } }), ["no", "no", "yes", "no"]),
        (json!({ "Null": { "s3:TlsVersion": "true" } }), ["yes", "yes", "no", "no"]),
        (json!({ "Bool": { "aws:SecureTransport": "true" } }), ["no", "yes", "yes", "yes"]),
    ] {
        for (way, answer) in ways.into_iter().zip(answers) {
            assert_eq!(under_over(&server, &condition, &ask, way).await, answer, "{condition} {way:?}");
        }
    }
}

#[tokio::test]
async fn policies_are_asked_about_the_signature_that_was_verified() {
    let server = Server::start().await;
    let alice = server.alice().await;
    let hash = PayloadHash::of(b"").text();
    let before = get().presigned(&alice, 600, server.now());
    server.wait(Span::from_secs(90));
    let in_header = get().signed(&alice, server.now());
    let covered = get().payload(PayloadHash::of(b"")).presigned(&alice, 60, server.now());
    let ahead = get().presigned(&alice, 60, server.now().after(Span::from_secs(60)));
    let is = |key: &str, value: &str| json!({ "StringEquals": { key: value } });
    let absent = |key: &str| json!({ "Null": { key: "true" } });
    for (condition, answers) in [
        (is("s3:authType", "REST-HEADER"), ["yes", "no", "no", "no"]),
        (is("s3:authType", "REST-QUERY-STRING"), ["no", "yes", "yes", "yes"]),
        (is("s3:signatureversion", "AWS4-HMAC-SHA256"), ["yes", "yes", "yes", "yes"]),
        (is("s3:signatureAge", "90000"), ["no", "yes", "no", "no"]),
        (is("s3:signatureAge", "0"), ["no", "no", "yes", "yes"]),
        (absent("s3:signatureAge"), ["yes", "no", "no", "no"]),
        (is("s3:x-amz-content-sha256", "UNSIGNED-PAYLOAD"), ["no", "yes", "no", "yes"]),
        (is("s3:x-amz-content-sha256", &hash), ["yes", "no", "yes", "no"]),
        (is("s3:ResourceAccount", "123456789012"), ["yes", "yes", "yes", "yes"]),
    ] {
        let asks = [&in_header, &before, &covered, &ahead];
        for (ask, answer) in asks.into_iter().zip(answers) {
            assert_eq!(under(&server, &condition, ask).await, answer, "{condition}");
        }
    }
}
