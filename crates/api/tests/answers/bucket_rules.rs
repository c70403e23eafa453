//! What pages of other origins may do with a bucket that has rules, and with one that has none.

use crate::support::{Answer, Ask, Server};
use api::app::S3Cors;

const RULES: &str = "<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
    <CORSRule><ID>app</ID><AllowedOrigin>https://app.example</AllowedOrigin><AllowedOrigin>https://*.app.example</AllowedOrigin>\
    <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader>\
    <AllowedHeader>authorization</AllowedHeader><ExposeHeader>ETag</ExposeHeader>\
    <ExposeHeader>x-amz-request-id</ExposeHeader><MaxAgeSeconds>600</MaxAgeSeconds></CORSRule>\
    <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>";

const OBJECT: &str = "/my-bucket/public/hello.txt";

/// A server as `cenote serve` is, whose bucket `my-bucket` has rules.
async fn with_rules() -> Server {
    let mut server = Server::start().await;
    server.app.s3_cors = S3Cors::Closed;
    let put = server.s3(&server.root(), Ask::new("PUT", "/my-bucket?cors").document(RULES)).await;
    assert_eq!(put.status, 200, "{}", put.text());
    server
}

async fn preflight(server: &Server, uri: &str, origin: &str, method: &str, headers: &str) -> Answer {
    let ask =
        Ask::new("OPTIONS", uri).header("origin", origin).header("access-control-request-method", method);
    let ask = if headers.is_empty() { ask } else { ask.header("access-control-request-headers", headers) };
    server.answer(ask).await
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[tokio::test]
async fn a_preflight_is_answered_by_the_first_rule_that_matches() {
    let server = with_rules().await;
    let headers = "Authorization, X-Amz-Date";
    let answer = preflight(&server, OBJECT, "https://a.app.example", "PUT", headers).await;
    assert_eq!((answer.status, answer.text()), (200, ""));
    for (name, value) in [
        ("access-control-allow-origin", "https://a.app.example"),
        ("access-control-allow-credentials", "true"),
        ("access-control-allow-methods", "GET, PUT"),
        ("access-control-allow-headers", "authorization, x-amz-date"),
        ("access-control-expose-headers", "ETag, x-amz-request-id"),
        ("access-control-max-age", "600"),
        ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let answer = preflight(&server, "/my-bucket", "https://other.example", "GET", "").await;
    assert_eq!((answer.status, allowed(&answer)), (200, Some("*")));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("access-control-expose-headers"), None);
    let ask = Ask::new("OPTIONS", "/public/hello.txt").header("host", "my-bucket.localhost");
    let ask = ask.header("origin", "https://app.example").header("access-control-request-method", "PUT");
    assert_eq!(allowed(&server.answer(ask).await), Some("https://app.example"));
}

#[tokio::test]
async fn a_preflight_that_no_rule_matches_is_refused() {
    let server = with_rules().await;
    let not_allowed = "This CORS request is not allowed.";
    for (uri, origin, method, headers, text) in [
        (OBJECT, "https://other.example", "PUT", "", not_allowed),
        (OBJECT, "https://app.example", "DELETE", "", not_allowed),
        (OBJECT, "https://app.example", "PUT", "content-type", not_allowed),
        (OBJECT, "https://app.example", "PUT", "a b", not_allowed),
        (OBJECT, "https://app.example.evil", "PUT", "", not_allowed),
        (OBJECT, "http://app.example", "PUT", "", not_allowed),
        (OBJECT, "null", "PUT", "", not_allowed),
        ("/empty/x", "https://app.example", "GET", "", "CORS is not enabled for this bucket."),
        ("/absent/x", "https://app.example", "GET", "", "CORS is not enabled for this bucket."),
        ("/No_Bucket/x", "https://app.example", "GET", "", "CORS is not enabled for this bucket."),
    ] {
        let answer = preflight(&server, uri, origin, method, headers).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "AccessForbidden"), "{origin} {method}");
        let message = answer.element("Message").unwrap();
        assert!(message.starts_with(&format!("CORSResponse: {text}")), "{message}");
        assert_eq!(
            (answer.element("Method"), answer.element("ResourceType")),
            (Some(method), Some("OBJECT"))
        );
        assert_eq!(allowed(&answer), None);
    }
    let bucket = preflight(&server, "/empty", "https://app.example", "GET", "").await;
    assert_eq!(bucket.element("ResourceType"), Some("BUCKET"));
}

#[tokio::test]
async fn a_preflight_may_ask_about_a_hundred_headers_and_each_counts_once() {
    let server = with_rules().await;
    let put = "<CORSConfiguration><CORSRule><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>*</AllowedOrigin>\
               <AllowedHeader>X-*</AllowedHeader></CORSRule></CORSConfiguration>";
    let put = server.s3(&server.root(), Ask::new("PUT", "/my-bucket?cors").document(put)).await;
    assert_eq!(put.status, 200, "{}", put.text());
    let names = |count: usize| (0..count).map(|n| format!("x-{n}")).collect::<Vec<String>>().join(", ");
    let ask = async |names: &str| preflight(&server, OBJECT, "https://app.example", "PUT", names).await;
    let hundred = ask(&format!("{}, X-1, x-1, X-96", names(97))).await;
    assert_eq!((hundred.status, hundred.header("access-control-allow-headers")), (200, Some(&*names(97))));
    let more = ask(&names(101)).await;
    assert_eq!((more.status, more.code().as_str(), allowed(&more)), (403, "AccessForbidden", None));
}

#[tokio::test]
async fn a_preflight_that_asks_nothing_is_refused() {
    let server = with_rules().await;
    let without_origin = Ask::new("OPTIONS", OBJECT).header("access-control-request-method", "GET");
    let answer = server.answer(without_origin).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "BadRequest"));
    for method in ["PATCH", "get", "", "GET, PUT"] {
        let answer = preflight(&server, OBJECT, "https://app.example", method, "").await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "BadRequest"), "{method}");
    }
}

#[tokio::test]
async fn a_page_reads_successes_and_errors_where_a_rule_matches() {
    let server = with_rules().await;
    let root = server.root();
    for (method, uri, origin, expected) in [
        ("GET", OBJECT, "https://app.example", Some("https://app.example")),
        ("GET", "/my-bucket/absent", "https://app.example", Some("https://app.example")),
        ("GET", "/my-bucket", "https://app.example", Some("https://app.example")),
        ("GET", OBJECT, "https://other.example", Some("*")),
        ("HEAD", OBJECT, "https://app.example", None),
        ("DELETE", "/my-bucket/absent", "https://app.example", None),
        ("GET", "/empty", "https://app.example", None),
    ] {
        let answer = server.s3(&root, Ask::new(method, uri).header("origin", origin)).await;
        assert_eq!(allowed(&answer), expected, "{method} {uri} {origin}");
    }
    let unsigned = server.answer(Ask::new("GET", OBJECT).header("origin", "https://app.example")).await;
    assert_eq!((unsigned.status, allowed(&unsigned)), (403, Some("https://app.example")));
    assert_eq!(unsigned.header("access-control-expose-headers"), Some("ETag, x-amz-request-id"));
    let without = server.s3(&root, Ask::new("GET", OBJECT)).await;
    assert_eq!((without.status, allowed(&without)), (200, None));
}

#[tokio::test]
async fn in_development_a_bucket_without_rules_is_open_and_one_with_rules_is_not() {
    let mut server = with_rules().await;
    server.app.s3_cors = S3Cors::AnyOrigin;
    let open = preflight(&server, "/empty/x", "https://any.example", "DELETE", "x-anything").await;
    assert_eq!((open.status, allowed(&open)), (200, Some("*")));
    let ruled = preflight(&server, OBJECT, "https://any.example", "DELETE", "").await;
    assert_eq!((ruled.status, allowed(&ruled)), (403, None));
    let read =
        server.s3(&server.root(), Ask::new("DELETE", OBJECT).header("origin", "https://any.example")).await;
    assert_eq!((read.status, allowed(&read)), (204, None));
}

#[tokio::test]
async fn rules_are_given_back_as_they_were_put_until_they_are_deleted() {
    let server = with_rules().await;
    let root = server.root();
    let get = || server.s3(&root, Ask::new("GET", "/my-bucket?cors"));
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><CORSRule><ID>app</ID>\
        <AllowedHeader>x-amz-*</AllowedHeader><AllowedHeader>authorization</AllowedHeader>\
        <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>\
        <AllowedOrigin>https://app.example</AllowedOrigin><AllowedOrigin>https://*.app.example</AllowedOrigin>\
        <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-amz-request-id</ExposeHeader>\
        <MaxAgeSeconds>600</MaxAgeSeconds></CORSRule><CORSRule><AllowedMethod>GET</AllowedMethod>\
        <AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";
    assert_eq!(get().await.text(), expected);
    for _ in 0..2 {
        assert_eq!(server.s3(&root, Ask::new("DELETE", "/my-bucket?cors")).await.status, 204);
    }
    let gone = get().await;
    assert_eq!((gone.status, gone.code().as_str()), (404, "NoSuchCORSConfiguration"));
    let refused = preflight(&server, OBJECT, "https://app.example", "GET", "").await;
    assert_eq!(refused.code(), "AccessForbidden");
}

#[tokio::test]
async fn rules_that_say_what_no_rule_can_are_refused_and_the_old_ones_stay() {
    let server = with_rules().await;
    let root = server.root();
    let rule = |inside: &str| format!("<CORSConfiguration><CORSRule>{inside}</CORSRule></CORSConfiguration>");
    let get = "<AllowedMethod>GET</AllowedMethod>";
    let any = "<AllowedOrigin>*</AllowedOrigin>";
    for (body, code) in [
        (rule(get), "MalformedXML"),
        (rule(any), "MalformedXML"),
        ("<CORSConfiguration/>".to_owned(), "MalformedXML"),
        (rule(&format!("{get}{any}<Nonsense/>")), "MalformedXML"),
        (
            rule(&format!("{get}{any}<MaxAgeSeconds>1</MaxAgeSeconds><MaxAgeSeconds>2</MaxAgeSeconds>")),
            "MalformedXML",
        ),
        (rule(&format!("{get}{any}<MaxAgeSeconds>soon</MaxAgeSeconds>")), "MalformedXML"),
        (rule(&format!("{any}<AllowedMethod>PATCH</AllowedMethod>")), "InvalidRequest"),
        (rule(&format!("{get}<AllowedOrigin>*.*</AllowedOrigin>")), "InvalidRequest"),
        (rule(&format!("{get}{any}<AllowedHeader>*-*</AllowedHeader>")), "InvalidRequest"),
        (rule(&format!("{get}{any}<ExposeHeader>*</ExposeHeader>")), "InvalidRequest"),
        (rule(&format!("{get}{any}<ExposeHeader>a&#13;&#10;b: c</ExposeHeader>")), "InvalidRequest"),
        (rule(&format!("{get}{any}{}", " ".repeat(64 * 1024))), "MaxMessageLengthExceeded"),
    ] {
        let answer = server.s3(&root, Ask::new("PUT", "/my-bucket?cors").document(&body)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{body:.200}");
    }
    let unchecked =
        server.s3(&root, Ask::new("PUT", "/my-bucket?cors").body(rule(&format!("{get}{any}")))).await;
    assert_eq!(unchecked.code(), "InvalidRequest");
    assert!(server.s3(&root, Ask::new("GET", "/my-bucket?cors")).await.text().contains("<ID>app</ID>"));
    let absent = Ask::new("PUT", "/absent?cors").document(&rule(&format!("{get}{any}")));
    assert_eq!(server.s3(&root, absent).await.code(), "NoSuchBucket");
}
