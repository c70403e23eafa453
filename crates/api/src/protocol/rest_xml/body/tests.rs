use super::*;
use crate::protocol::embedded;
use serde_json::json;
use std::sync::LazyLock;

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::load(embedded::S3).unwrap());

fn body_of(operation: &str, body: &[u8]) -> Result<Value, BadDocument> {
    let input = MODEL.structure(MODEL.operation(operation).unwrap().input).unwrap();
    read(&MODEL, input.payload().unwrap(), body)
}

fn deletion(body: &str) -> Result<Value, BadDocument> {
    body_of("DeleteObjects", body.as_bytes())
}

/// The key of a deletion of one object, its element's content written like this.
fn key(content: &str) -> Result<String, BadDocument> {
    let read = deletion(&format!("<Delete><Object><Key>{content}</Key></Object></Delete>"))?;
    Ok(read["Objects"][0]["Key"].as_str().unwrap().to_owned())
}

#[test]
fn a_document_becomes_the_models_members_in_whatever_order_they_stand() {
    let body = r#"<?xml version="1.0" encoding="UTF-8"?>
        <Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
            <Object><Key>a</Key></Object>
            <Quiet>true</Quiet>
            <Object><ETag>"x"</ETag><Key>b</Key><Size>7</Size></Object>
        </Delete>"#;
    let objects = json!([{ "Key": "a" }, { "ETag": "\"x\"", "Key": "b", "Size": 7 }]);
    assert_eq!(deletion(body).unwrap(), json!({ "Objects": objects, "Quiet": true }));
}

#[test]
fn lists_are_read_with_and_without_an_element_around_them() {
    let body = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>\
        <AllowedMethod>PUT</AllowedMethod><MaxAgeSeconds> 60 </MaxAgeSeconds></CORSRule></CORSConfiguration>";
    let rule = json!({ "AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"], "MaxAgeSeconds": 60 });
    assert_eq!(body_of("PutBucketCors", body.as_bytes()).unwrap(), json!({ "CORSRules": [rule] }));
    let body = "<CreateBucketConfiguration><Tags><Tag><Key>a</Key><Value/></Tag><Tag><Key>b</Key><Value>c</Value>\
        </Tag></Tags></CreateBucketConfiguration>";
    let tags = json!([{ "Key": "a", "Value": "" }, { "Key": "b", "Value": "c" }]);
    assert_eq!(body_of("CreateBucket", body.as_bytes()).unwrap(), json!({ "Tags": tags }));
}

#[test]
fn a_key_is_read_as_it_was_written_whatever_it_holds() {
    for (content, expected) in [
        (" both ends ", " both ends "),
        ("a&lt;b&gt;&amp;&apos;&quot;", "a<b>&'\""),
        ("&#x1;&#13;&#10;&#x1F980;", "\u{1}\r\n🦀"),
        ("a/../b//c", "a/../b//c"),
        ("%2e%2e%2F", "%2e%2e%2F"),
        ("&amp;lt;", "&lt;"),
        ("<![CDATA[<Key>&amp;]]>", "<Key>&amp;"),
        ("line\r\nend", "line\nend"),
        ("e\u{301}", "e\u{301}"),
        ("\u{e9}", "\u{e9}"),
    ] {
        assert_eq!(key(content).unwrap(), expected, "{content}");
    }
}

#[test]
fn what_no_client_of_aws_writes_is_refused() {
    let bomb = "<!DOCTYPE d [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>\
        <Delete><Object><Key>&b;</Key></Object></Delete>";
    assert_eq!(deletion(bomb), Err(BadDocument::Unread("a document type")));
    let outside = "<!DOCTYPE d SYSTEM \"file:///etc/passwd\"><Delete><Object><Key>a</Key></Object></Delete>";
    assert_eq!(deletion(outside), Err(BadDocument::Unread("a document type")));
    assert_eq!(key("&nbsp;"), Err(BadDocument::NotWellFormed("there is no entity `nbsp`".to_owned())));
    assert_eq!(key("a<!-- b -->c"), Err(BadDocument::Unread("a comment")));
    assert_eq!(key("a<?php ?>"), Err(BadDocument::Unread("a processing instruction")));
    assert_eq!(key("a<b/>"), Err(BadDocument::Unexpected("b".to_owned())));
    for body in [
        "<Delete xmlns=\"http://example.com/\"><Object><Key>a</Key></Object></Delete>",
        "<Delete xmlns:x=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>a</Key></Object></Delete>",
        "<s3:Delete><Object><Key>a</Key></Object></s3:Delete>",
        "<Delete><Object colour=\"red\"><Key>a</Key></Object></Delete>",
        "<Delete><Object><Key>a</Key><Nonsense/></Object></Delete>",
        "<Delete>text<Object><Key>a</Key></Object></Delete>",
        "<delete><Object><Key>a</Key></Object></delete>",
        "<Delete><Object><Key>a</Key></Object></Delete><Delete/>",
        "<Delete><Object><Key>a</Key></Object></Delete>text",
        "text<Delete><Object><Key>a</Key></Object></Delete>",
    ] {
        assert!(matches!(deletion(body), Err(BadDocument::Unexpected(_))), "{body}: {:?}", deletion(body));
    }
}

#[test]
fn what_is_not_well_formed_is_refused() {
    for body in [
        "",
        " ",
        "Delete",
        "<",
        "<Delete>",
        "<Delete><Object><Key>a</Key>",
        "<Delete><Object><Key>a</Object></Key></Delete>",
        "<Delete><Object><Key>a</Key></Object></Delete",
        "<Delete><Object><Key>a & b</Key></Object></Delete>",
        "<Delete><Object><Key>a&#0;</Key></Object></Delete>",
        "<Delete><Object><Key>a&#xD800;</Key></Object></Delete>",
        "<Delete><Object><Key>a\u{1}</Key></Object></Delete>",
        "<Delete a><Object><Key>a</Key></Object></Delete>",
        "<Delete><![CDATA[",
    ] {
        let refused = deletion(body).unwrap_err();
        let expected = matches!(refused, BadDocument::NotWellFormed(_) | BadDocument::Unexpected(_));
        assert!(expected, "{body}: {refused:?}");
    }
    assert_eq!(body_of("DeleteObjects", b"<Delete>\xff</Delete>"), Err(BadDocument::NotUtf8));
    let latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Delete/>";
    assert_eq!(deletion(latin), Err(BadDocument::NotUtf8));
}

#[test]
fn what_the_model_forbids_is_refused() {
    let twice = |name: &str| Err(BadDocument::Twice(name.to_owned()));
    assert_eq!(deletion("<Delete><Object><Key>a</Key><Key>b</Key></Object></Delete>"), twice("Key"));
    assert_eq!(
        deletion("<Delete><Quiet>true</Quiet><Quiet>true</Quiet><Object><Key>a</Key></Object></Delete>"),
        twice("Quiet")
    );
    assert_eq!(deletion("<Delete/>"), Err(BadDocument::Missing("Object".to_owned())));
    assert_eq!(deletion("<Delete><Object/></Delete>"), Err(BadDocument::Missing("Key".to_owned())));
    assert!(matches!(key(""), Err(BadDocument::NotAllowed(_))));
    for (member, value) in [("Quiet", "maybe"), ("Quiet", ""), ("Quiet", "TRUE")] {
        let body = format!("<Delete><{member}>{value}</{member}><Object><Key>a</Key></Object></Delete>");
        assert_eq!(deletion(&body), Err(BadDocument::WrongType(member.to_owned())), "{value}");
    }
    let body = "<Delete><Object><Key>a</Key><Size>1e3</Size></Object></Delete>";
    assert_eq!(deletion(body), Err(BadDocument::WrongType("Size".to_owned())));
}

#[test]
fn a_list_without_end_is_not_read_to_its_end() {
    let many = |number: usize| {
        let objects = "<Object><Key>a</Key></Object>".repeat(number);
        deletion(&format!("<Delete>{objects}</Delete>"))
    };
    assert_eq!(many(MOST_ELEMENTS).unwrap()["Objects"].as_array().unwrap().len(), MOST_ELEMENTS);
    assert_eq!(many(MOST_ELEMENTS + 1), Err(BadDocument::TooMuch("Object".to_owned())));
}

#[test]
fn a_deep_document_costs_nothing() {
    let deep = format!("{}{}", "<Delete>".repeat(100_000), "</Delete>".repeat(100_000));
    assert_eq!(deletion(&deep), Err(BadDocument::Unexpected("Delete".to_owned())));
}

#[test]
fn no_text_makes_the_reader_panic() {
    const PIECES: [&str; 14] = [
        "<Delete>",
        "</Delete>",
        "<Object>",
        "</Object>",
        "<Key>",
        "</Key>",
        "a",
        "&amp;",
        "&#",
        "<![CDATA[",
        "]]>",
        "<!",
        "<?",
        "é",
    ];
    for number in 0..PIECES.len().pow(4) {
        let text: String =
            (0..4).map(|place| PIECES[number / PIECES.len().pow(place) % PIECES.len()]).collect();
        let _any_answer = deletion(&text);
    }
}
