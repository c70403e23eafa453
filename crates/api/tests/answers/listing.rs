//! Listings over the wire.

use crate::support::{Answer, Ask, Server};
use testkit::account;

async fn list(server: &Server, query: &str) -> Answer {
    server.s3(&server.root(), Ask::new("GET", &format!("/empty?{query}"))).await
}

/// A server whose bucket `empty` is not.
async fn holding(keys: &[&str]) -> Server {
    let server = Server::start().await;
    for key in keys {
        server.put(&server.root(), &format!("/empty/{key}"), "x").await;
    }
    server
}

#[tokio::test]
async fn the_older_listing_is_written_as_s3_writes_it() {
    let server = holding(&["a", "b/c"]).await;
    let answer = list(&server, "delimiter=/").await;
    let owner = account().canonical_user();
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                    <ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false</IsTruncated>\
                    <Marker></Marker><Contents><Key>a</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified>\
                    <ETag>&quot;9dd4e461268c8034f5c8564e155c67a6&quot;</ETag><Size>1</Size>\
                    <StorageClass>STANDARD</StorageClass><Owner><ID>{owner}</ID></Owner></Contents><Name>empty</Name><Prefix></Prefix>\
                    <Delimiter>/</Delimiter><MaxKeys>1000</MaxKeys><CommonPrefixes><Prefix>b/</Prefix>\
                    </CommonPrefixes></ListBucketResult>"
    );
    assert_eq!(answer.text(), expected);
    assert_eq!(answer.header("content-type"), Some("application/xml"));
}

#[tokio::test]
async fn the_newer_listing_is_walked_by_its_tokens_to_the_end() {
    let keys = ["a", "b/1", "b/2", "c", "d/1", "e"];
    let server = holding(&keys).await;
    for (delimiter, expected) in [("", keys.to_vec()), ("&delimiter=/", vec!["a", "b/", "c", "d/", "e"])] {
        for max_keys in 1..=7 {
            let (mut listed, mut token) = (Vec::new(), String::new());
            loop {
                let answer =
                    list(&server, &format!("list-type=2&max-keys={max_keys}{delimiter}{token}")).await;
                let entries: Vec<String> =
                    answer
                        .elements("Key")
                        .into_iter()
                        .chain(answer.elements("CommonPrefixes").into_iter().map(|element| {
                            element.trim_start_matches("<Prefix>").trim_end_matches("</Prefix>")
                        }))
                        .map(str::to_owned)
                        .collect();
                assert_eq!(answer.element("KeyCount"), Some(entries.len().to_string().as_str()));
                assert!(entries.len() <= max_keys);
                listed.extend(entries);
                let Some(next) = answer.element("NextContinuationToken") else {
                    assert_eq!(answer.element("IsTruncated"), Some("false"));
                    break;
                };
                assert_eq!(answer.element("IsTruncated"), Some("true"));
                token = format!("&continuation-token={next}");
            }
            listed.sort();
            assert_eq!(listed, expected, "{max_keys} {delimiter}");
        }
    }
}

#[tokio::test]
async fn a_continuation_token_that_was_made_up_is_refused() {
    let server = holding(&["a"]).await;
    let long = data_encoding::BASE64URL_NOPAD.encode(&[b'a'; 1025]);
    for token in ["", "!", "a", "YQ%3D%3D", "_w", "made%20up", &long] {
        let answer = list(&server, &format!("list-type=2&continuation-token={token}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidArgument"), "{token}");
    }
}

#[tokio::test]
async fn the_older_listing_goes_on_after_its_marker() {
    let server = holding(&["a", "b/1", "b/2", "c"]).await;
    for (query, keys, next) in [
        ("max-keys=1", vec!["a"], None),
        ("max-keys=2&delimiter=/", vec!["a"], Some("b/")),
        ("max-keys=2&delimiter=/&marker=b/", vec!["c"], None),
        ("marker=b/1", vec!["b/2", "c"], None),
        ("marker=z", vec![], None),
        ("prefix=b", vec!["b/1", "b/2"], None),
    ] {
        let answer = list(&server, query).await;
        assert_eq!((answer.elements("Key"), answer.element("NextMarker")), (keys, next), "{query}");
    }
}

#[tokio::test]
async fn a_page_of_no_keys_is_empty_and_ends_the_listing() {
    let server = holding(&["a"]).await;
    let answer = list(&server, "max-keys=0").await;
    assert_eq!((answer.elements("Key"), answer.element("IsTruncated")), (vec![], Some("false")));
    let answer = list(&server, "max-keys=5000").await;
    assert_eq!(answer.element("MaxKeys"), Some("1000"));
}

#[tokio::test]
async fn names_are_written_so_that_none_is_mistaken_for_another() {
    let server = holding(&["a%20%26%3Cb%3E", "%01", "%E6%97%A5+%2B", "%252F"]).await;
    let plain = list(&server, "").await;
    assert_eq!(plain.elements("Key"), ["&#x1;", "%2F", "a &amp;&lt;b&gt;", "日++"]);
    let encoded = list(&server, "encoding-type=url").await;
    assert_eq!(encoded.elements("Key"), ["%01", "%252F", "a%20%26%3Cb%3E", "%E6%97%A5%2B%2B"]);
    assert_eq!(encoded.element("EncodingType"), Some("url"));
}

#[tokio::test]
async fn owners_are_told_by_the_newer_listing_where_they_are_asked_for() {
    let server = holding(&["a"]).await;
    let owner = account().canonical_user();
    for (query, expected) in
        [("", None), ("&fetch-owner=false", None), ("&fetch-owner=true", Some(owner.as_str()))]
    {
        let answer = list(&server, &format!("list-type=2{query}")).await;
        assert_eq!(answer.element("ID"), expected, "{query}");
    }
}
