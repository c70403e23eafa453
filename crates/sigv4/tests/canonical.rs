//! How paths, queries and headers are written down for signing.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sigv4::{
    Refused, RequestHead,
    canonical::{Style, query_pairs, request},
};

fn lines(path: &str, query: &str, style: Style) -> (String, String) {
    let head = RequestHead { method: "GET", path, query, headers: &[] };
    let text = String::from_utf8(request(&head, &[], "", style).unwrap()).unwrap();
    let mut lines = text.lines().skip(1).map(str::to_owned);
    (lines.next().unwrap(), lines.next().unwrap())
}

#[test]
fn a_path_of_s3_is_encoded_once_and_never_normalised() {
    let cases = [
        ("/b/a//c", "/b/a//c"),
        ("/b/a/../c", "/b/a/../c"),
        ("/b/./c/", "/b/./c/"),
        ("/b/a b+c", "/b/a%20b%2Bc"),
        ("/b/a%20b%2bc", "/b/a%20b%2Bc"),
        ("/b/%41%7e", "/b/A~"),
        ("/b/a%2Fc", "/b/a%2Fc"),
        ("/b/%252e", "/b/%252e"),
        ("/b/%zz%", "/b/%25zz%25"),
        ("/b/%ff", "/b/%FF"),
        ("/b/é", "/b/%C3%A9"),
    ];
    for (path, canonical) in cases {
        assert_eq!(lines(path, "", Style::S3).0, canonical);
    }
}

#[test]
fn a_path_of_another_service_is_normalised_and_encoded_once_more() {
    let cases = [
        ("/", "/"),
        ("//a//b/", "/a/b/"),
        ("/a/./b/../c", "/a/c"),
        ("/../../a", "/a"),
        ("/a/..", "/"),
        ("/a/../", "/"),
        ("/us-east-1%3A1/x:y", "/us-east-1%253A1/x%3Ay"),
        ("/%2e%2e/a", "/%252e%252e/a"),
    ];
    for (path, canonical) in cases {
        assert_eq!(lines(path, "", Style::Standard).0, canonical);
    }
}

#[test]
fn a_query_is_decoded_encoded_and_sorted_by_name_and_value() {
    let cases = [
        ("", ""),
        ("&&", ""),
        ("b=2&a=2&a=1", "a=1&a=2&b=2"),
        ("acl", "acl="),
        ("a=b=c", "a=b%3Dc"),
        ("prefix=a/b%2fc", "prefix=a%2Fb%2Fc"),
        ("a=x+y%2B%20", "a=x%20y%2B%20"),
        ("B=1&a=1&%41=0", "A=0&B=1&a=1"),
        ("=v", "=v"),
    ];
    for (query, canonical) in cases {
        assert_eq!(lines("/", query, Style::S3).1, canonical);
    }
}

#[test]
fn a_query_is_read_as_it_was_signed() {
    let pairs: Vec<_> = query_pairs("prefix=a+b%2B&acl").collect();
    assert_eq!(pairs, [(b"prefix".to_vec(), b"a b+".to_vec()), (b"acl".to_vec(), vec![])]);
}

#[test]
fn only_the_named_headers_are_covered_folded_and_joined_in_the_order_they_came() {
    let headers: [(&str, &[u8]); 4] =
        [("x-b", b"  two \t words "), ("x-a", b"\xff"), ("x-c", b"not named"), ("x-b", b"1")];
    let head = RequestHead { method: "GET", path: "/", query: "", headers: &headers };
    let text = request(&head, &["x-a", "x-b"], "hash", Style::S3).unwrap();
    assert_eq!(text, b"GET\n/\n\nx-a:\xff\nx-b:two words,1\n\nx-a;x-b\nhash");
    let absent = request(&head, &["x-a", "x-aa"], "hash", Style::S3);
    assert_eq!(absent, Err(Refused::AbsentHeader("x-aa".to_owned())));
}
