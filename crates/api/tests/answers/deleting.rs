//! Many deletions in one request.

use crate::support::{Answer, Ask, Server};
use serde_json::Value;

const BUCKET: &str = "/my-bucket?delete";

fn objects(keys: &[&str]) -> String {
    let objects = keys.iter().map(|key| format!("<Object><Key>{key}</Key></Object>"));
    format!(
        "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{}</Delete>",
        objects.collect::<String>()
    )
}

async fn delete(server: &Server, body: &str) -> Answer {
    server.s3(&server.root(), Ask::new("POST", BUCKET).document(body)).await
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

#[tokio::test]
async fn what_is_deleted_is_told_whether_it_was_there_or_not() {
    let server = Server::start().await;
    let answer = delete(&server, &objects(&["public/hello.txt", "absent&amp;co"])).await;
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                    <DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
                    <Deleted><Key>public/hello.txt</Key></Deleted><Deleted><Key>absent&amp;co</Key></Deleted>\
                    </DeleteResult>";
    assert_eq!((answer.status, answer.text()), (200, expected));
    assert_eq!(server.files(), [""; 0].map(std::path::PathBuf::from));
}

#[tokio::test]
async fn a_quiet_answer_has_errors_alone() {
    let server = Server::start().await;
    let body = "<Delete><Quiet>true</Quiet><Object><Key>public/hello.txt</Key><ETag>\"other\"</ETag></Object>\
                <Object><Key>absent</Key></Object></Delete>";
    let answer = delete(&server, body).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        (answer.elements("Key"), answer.elements("Code")),
        (vec!["public/hello.txt"], vec!["PreconditionFailed"])
    );
    assert!(!answer.text().contains("<Deleted>"));
    let body = "<Delete><Object><Key>public/hello.txt</Key><ETag>\"5d41402abc4b2a76b9719d911017c592\"</ETag></Object>\
                <Object><Key>absent</Key><ETag>*</ETag></Object></Delete>";
    let answer = delete(&server, body).await;
    assert_eq!(
        (answer.elements("Key"), answer.elements("Code")),
        (vec!["public/hello.txt", "absent"], vec!["NoSuchKey"])
    );
}

#[tokio::test]
async fn keys_are_taken_as_they_are_and_none_stands_for_another() {
    let server = Server::start().await;
    let held = server.root();
    let kept = ["a/b", "a//b", "a/../b", "./a", "%252e%252e", "e%CC%81", "%C3%A9", "a%20b"];
    for path in kept {
        server.put(&held, &format!("/my-bucket/{path}"), "x").await;
    }
    for (key, path) in [
        ("a//b", "a//b"),
        ("a/../b", "a/../b"),
        ("./a", "./a"),
        ("%2e%2e", "%252e%252e"),
        ("e\u{301}", "e%CC%81"),
        ("a&#32;b", "a%20b"),
    ] {
        assert_eq!(delete(&server, &objects(&[key])).await.elements("Key").len(), 1);
        let gone = server.s3(&held, Ask::new("GET", &format!("/my-bucket/{path}"))).await;
        assert_eq!(gone.code(), "NoSuchKey", "{key}");
    }
    for path in ["a/b", "%C3%A9"] {
        assert_eq!(
            server.s3(&held, Ask::new("GET", &format!("/my-bucket/{path}"))).await.status,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn each_key_is_decided_for_itself_and_each_denial_is_on_record() {
    let server = Server::start().await;
    let (alice, own) = (server.alice().await, server.alices_id().await);
    let mine = format!("{own}/mine");
    server.put(&alice, &format!("/my-bucket/{mine}"), "x").await;
    let dots = format!("{own}/../public/hello.txt");
    let lines = server.sink.lines().len();
    let body = objects(&["public/hello.txt", &mine, &dots, "public/absent", &format!("{own}0/x")]);
    let answer = server.s3(&alice, Ask::new("POST", BUCKET).document(&body)).await;
    assert_eq!(answer.status, 200);
    let denied = ["public/hello.txt", "public/absent", &format!("{own}0/x")];
    let deleted = [mine.as_str(), dots.as_str()];
    assert_eq!(answer.elements("Key"), [deleted.as_slice(), denied.as_slice()].concat());
    assert_eq!(answer.elements("Code"), ["AccessDenied"; 3]);
    assert_eq!(
        server.s3(&server.root(), Ask::new("GET", "/my-bucket/public/hello.txt")).await.text(),
        "hello"
    );
    let lines = server.sink.lines().split_off(lines);
    assert_eq!(lines.len(), 1);
    let record: Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(record["additionalEventData"]["decision"], "denied");
    let recorded = record["additionalEventData"]["denied"].as_array().unwrap();
    let resources: Vec<&str> = recorded.iter().map(|denial| denial["resource"].as_str().unwrap()).collect();
    assert_eq!(resources, denied.map(|key| format!("arn:aws:s3:::my-bucket/{key}")));
}

#[tokio::test]
async fn nothing_is_told_or_deleted_where_the_denial_cannot_be_put_on_record() {
    let server = Server::start().await;
    let alice = server.alice().await;
    server.sink.break_down();
    let body = objects(&["public/hello.txt"]);
    let answer = server.s3(&alice, Ask::new("POST", BUCKET).document(&body)).await;
    assert_eq!(code(&answer), (500, "InternalError".to_owned()));
}

#[tokio::test]
async fn who_may_delete_nothing_does_not_learn_whether_a_bucket_is_there() {
    let server = Server::start().await;
    let alice = server.alice().await;
    for bucket in ["my-bucket", "empty", "no-such-bucket"] {
        let ask = Ask::new("POST", &format!("/{bucket}?delete")).document(&objects(&["a"]));
        let answer = server.s3(&alice, ask).await;
        assert_eq!((answer.status, answer.elements("Code")), (200, vec!["AccessDenied"]), "{bucket}");
    }
    let ask = Ask::new("POST", "/no-such-bucket?delete").document(&objects(&["a"]));
    assert_eq!(server.s3(&server.root(), ask).await.code(), "NoSuchBucket");
}

#[tokio::test]
async fn a_tag_is_compared_only_for_those_who_may_read_the_object() {
    let server = Server::start().await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*"}]}"#;
    let alice = server.alice_under(policy).await;
    for tag in ["\"5d41402abc4b2a76b9719d911017c592\"", "\"other\""] {
        let body = format!("<Delete><Object><Key>public/hello.txt</Key><ETag>{tag}</ETag></Object></Delete>");
        let answer = server.s3(&alice, Ask::new("POST", BUCKET).document(&body)).await;
        assert_eq!(answer.elements("Code"), ["AccessDenied"], "{tag}");
    }
}

#[tokio::test]
async fn a_thousand_go_at_once_and_one_more_is_too_many() {
    let server = Server::start().await;
    let names: Vec<String> = (0..1001).map(|number| format!("k{number}")).collect();
    let keys: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(delete(&server, &objects(&keys[..1000])).await.elements("Key").len(), 1000);
    let before = server.files();
    let too_many: Vec<&str> = keys[..1000].iter().copied().chain(["public/hello.txt"]).collect();
    assert_eq!(code(&delete(&server, &objects(&too_many)).await), (400, "MalformedXML".to_owned()));
    assert_eq!(server.files(), before);
}

#[tokio::test]
async fn a_document_that_is_not_what_it_is_said_to_be_deletes_nothing() {
    let server = Server::start().await;
    let root = server.root();
    let good = objects(&["public/hello.txt"]);
    let post = || Ask::new("POST", BUCKET);
    let bomb =
        "<!DOCTYPE d [<!ENTITY a \"hello\">]><Delete><Object><Key>public/&a;.txt</Key></Object></Delete>";
    for (what, ask, expected) in [
        ("without a checksum", post().body(&good), "InvalidRequest"),
        (
            "with the MD5 of another",
            post().body(&good).header("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
            "BadDigest",
        ),
        ("with an MD5 that is none", post().body(&good).header("content-md5", "x"), "InvalidDigest"),
        ("with another checksum", post().body(&good).header("x-amz-checksum-crc32", "AAAAAA=="), "BadDigest"),
        (
            "with a checksum that is not served",
            post().body(&good).header("x-amz-checksum-xxhash64", "AAAAAAAAAAA="),
            "NotImplemented",
        ),
        ("with no document", post().document(""), "MissingRequestBodyError"),
        ("with a bomb", post().document(bomb), "MalformedXML"),
        ("with something else", post().document("{\"Objects\":[]}"), "MalformedXML"),
        ("with no object", post().document("<Delete/>"), "MalformedXML"),
        (
            "with a version",
            post().document(
                "<Delete><Object><Key>public/hello.txt</Key><VersionId>v</VersionId></Object></Delete>",
            ),
            "NotImplemented",
        ),
        ("with a key that is too long", post().document(&objects(&[&"k".repeat(1025)])), "InvalidArgument"),
        (
            "with a document without end",
            post().document(&" ".repeat(2 * 1024 * 1024 + 1)),
            "MaxMessageLengthExceeded",
        ),
        ("that breaks off", post().document(&good).stops_short(), "IncompleteBody"),
        (
            "in chunks",
            post().document(&good).payload(sigv4::PayloadHash::StreamingUnsignedTrailer),
            "NotImplemented",
        ),
        (
            "with the hash of another",
            post().document(&good).payload(sigv4::PayloadHash::of(b"x")),
            "XAmzContentSHA256Mismatch",
        ),
    ] {
        let answer = server.s3(&root, ask).await;
        assert_eq!(answer.code(), expected, "{what}: {}", answer.text());
    }
    assert_eq!(server.s3(&root, Ask::new("GET", "/my-bucket/public/hello.txt")).await.text(), "hello");
}

#[tokio::test]
async fn a_document_is_read_only_from_somebody_who_signed() {
    let server = Server::start().await;
    let unsigned = server.answer(Ask::new("POST", BUCKET).document("<!DOCTYPE x>")).await;
    assert_eq!(code(&unsigned), (403, "AccessDenied".to_owned()));
}

#[tokio::test]
async fn each_key_is_decided_with_all_that_policies_can_ask_of_a_request_to_s3() {
    let server = Server::start().await;
    let policy = |version: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:DeleteObject","Resource":"*",
            "Condition":{{"StringEquals":{{"s3:authType":"REST-HEADER","s3:signatureversion":"{version}",
            "s3:ResourceAccount":"123456789012"}},"IpAddress":{{"aws:SourceIp":"192.0.2.0/24"}}}}}}]}}"#
        )
    };
    for (version, codes) in [("AWS4-HMAC-SHA256", vec![]), ("AWS", vec!["AccessDenied"])] {
        let alice = server.alice_under(&policy(version)).await;
        let answer = server.s3(&alice, Ask::new("POST", BUCKET).document(&objects(&["absent"]))).await;
        assert_eq!(answer.elements("Code"), codes, "{version}");
    }
}
