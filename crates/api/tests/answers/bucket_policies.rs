//! The policies of buckets: written, read and taken back, and what they decide over the wire.

use crate::support::{Answer, Ask, Held, Server};
use serde_json::{Value, json};
use sigv4::PayloadHash;
use sigv4::chunk::{Framing, encode_as};
use testkit::iam::document;

const OBJECT: &str = "/my-bucket/public/hello.txt";

impl Server {
    async fn put_policy(&self, text: &str) -> Answer {
        self.s3(&self.root(), Ask::new("PUT", "/my-bucket?policy").body(text)).await
    }

    /// A server whose bucket `my-bucket` has a policy of these statements.
    async fn under(statements: Value) -> Self {
        let server = Self::start().await;
        let put = server.put_policy(&document(&statements).to_string()).await;
        assert_eq!(put.status, 200, "{}", put.text());
        server
    }

    async fn code(&self, held: &Held, ask: Ask) -> String {
        self.s3(held, ask).await.code()
    }
}

fn statement(effect: &str, principal: &Value, action: &str, resource: &str) -> Value {
    let resource = format!("arn:aws:s3:::{resource}");
    json!({ "Effect": effect, "Principal": principal, "Action": action, "Resource": resource })
}

fn everybody(action: &str, resource: &str) -> Value {
    statement("Allow", &json!("*"), action, resource)
}

#[tokio::test]
async fn a_policy_is_kept_to_the_letter_until_it_is_taken_back_or_its_bucket_deleted() {
    let server = Server::start().await;
    let root = server.root();
    let get = || Ask::new("GET", "/my-bucket?policy");
    assert_eq!(server.code(&root, get()).await, "NoSuchBucketPolicy");
    let text = format!("{}\n", document(&json!([everybody("s3:GetObject", "my-bucket/ä/*")])));
    let refused = server.put_policy(&text).await;
    assert_eq!(refused.status, 200, "{}", refused.text());
    let read = server.s3(&root, get()).await;
    assert_eq!((read.status, read.text()), (200, &*text));
    assert_eq!(read.header("content-type"), Some("application/json"));
    let status = server.s3(&root, Ask::new("GET", "/my-bucket?policyStatus")).await;
    assert!(status.text().contains("<IsPublic>true</IsPublic></PolicyStatus>"), "{}", status.text());
    for _ in 0..2 {
        assert_eq!(server.code(&root, Ask::new("DELETE", "/my-bucket?policy")).await, "204");
        assert_eq!(server.code(&root, get()).await, "NoSuchBucketPolicy");
    }
    server.put_policy(&text).await;
    for (method, uri, code) in [
        ("DELETE", OBJECT, "204"),
        ("DELETE", "/my-bucket", "204"),
        ("GET", "/my-bucket?policy", "NoSuchBucket"),
        ("PUT", "/my-bucket", "200"),
        ("GET", "/my-bucket?policy", "NoSuchBucketPolicy"),
    ] {
        assert_eq!(server.code(&root, Ask::new(method, uri)).await, code, "{method} {uri}");
    }
}

#[tokio::test]
async fn a_policy_that_cannot_be_one_is_refused_in_s3s_words() {
    let server = Server::start().await;
    let one = |statement: &Value| document(&json!([statement])).to_string();
    let open = everybody("s3:GetObject", "my-bucket/*");
    let with = |member: &str, value: Value| {
        let mut changed = open.clone();
        changed[member] = value;
        one(&changed)
    };
    let role = json!({ "AWS": "arn:aws:iam::123456789012:role/absent" });
    for (text, message) in [
        ("[]".to_owned(), "Policies must be valid JSON and the first byte must be '{'"),
        ("{".to_owned(), "This policy contains invalid Json"),
        ("{}".to_owned(), "Missing required field Statement"),
        (open.to_string(), "Missing required field Statement"),
        (one(&json!({ "Effect": "Allow" })), "Missing required field Principal"),
        (with("Principal", json!("123456789012")), "Invalid policy syntax."),
        (with("Principal", json!({ "AWS": "AKIA" })), "Invalid principal in policy"),
        (with("Principal", role), "Invalid principal in policy"),
        (with("Action", json!("GetObject")), "Policy has invalid action"),
        (with("Action", json!("s3:Frob")), "Policy has invalid action"),
        (with("Action", json!("iam:*")), "Policy has invalid action"),
        (with("Action", json!("s3:ListBucket")), "Action does not apply to any resource(s) in statement"),
        (with("Resource", json!("*")), "Policy has invalid resource"),
        (with("Resource", json!("my-bucket")), "Policy has invalid resource"),
        (with("Resource", json!("arn:aws:s3:::other-bucket/*")), "Policy has invalid resource"),
        (
            with("Sid", json!("x".repeat(20_480))),
            "Normalized policy document exceeds the maximum allowed size of 20480 bytes",
        ),
    ] {
        let answer = server.put_policy(&text).await;
        let told = (answer.status, answer.code(), answer.element("Message").unwrap().replace("&apos;", "'"));
        assert_eq!(told, (400, "MalformedPolicy".to_owned(), message.to_owned()), "{text}");
        assert!(answer.element("Detail").is_some_and(|detail| !detail.is_empty()), "{text}");
    }
    let empty = server.put_policy("").await;
    assert_eq!(empty.code(), "MissingRequestBodyError");
    let ask = Ask::new("PUT", "/my-bucket?policy").body(b"{\xff}");
    assert_eq!(server.code(&server.root(), ask).await, "MalformedPolicy");
    let absent = Ask::new("PUT", "/absent?policy").body(one(&open));
    assert_eq!(server.code(&server.root(), absent).await, "NoSuchBucket");
    assert_eq!(server.code(&server.root(), Ask::new("GET", "/my-bucket?policy")).await, "NoSuchBucketPolicy");
}

#[tokio::test]
async fn who_does_not_sign_may_do_what_the_policy_of_the_bucket_lets_everybody_do() {
    let open = json!([everybody("s3:GetObject", "my-bucket/public/*")]);
    let server = Server::under(open).await;
    let read = server.answer(Ask::new("GET", OBJECT)).await;
    assert_eq!((read.status, read.text()), (200, "hello"));
    let head = server.answer(Ask::new("HEAD", OBJECT)).await;
    assert_eq!((head.status, head.header("content-length")), (200, Some("5")));
    for (method, uri) in [
        ("GET", "/my-bucket/private"),
        ("GET", "/my-bucket/public/absent"),
        ("GET", "/my-bucket"),
        ("GET", "/"),
        ("PUT", OBJECT),
        ("DELETE", OBJECT),
        ("GET", "/empty/x"),
        ("GET", "/absent/x"),
        ("GET", "/my-bucket?policy"),
    ] {
        let answer = server.answer(Ask::new(method, uri)).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "AccessDenied"), "{method} {uri}");
    }
    let chosen = server.answer(Ask::new("GET", &format!("{OBJECT}?response-content-type=text/html"))).await;
    assert_eq!((chosen.status, chosen.code().as_str()), (400, "InvalidRequest"));
    let mut guessed = server.root();
    guessed.secret = "guessed".to_owned();
    assert_eq!(server.code(&guessed, Ask::new("GET", OBJECT)).await, "SignatureDoesNotMatch");
}

#[tokio::test]
async fn what_somebody_uploads_who_does_not_sign_is_held_to_what_they_say_of_it() {
    let open =
        json!([everybody("s3:PutObject", "my-bucket/drop/*"), everybody("s3:GetObject", "my-bucket/drop/*")]);
    let server = Server::under(open).await;
    let put = |body: &str| Ask::new("PUT", "/my-bucket/drop/x").body(body);
    let zeroes = "0".repeat(64);
    let trailers = [("x-amz-checksum-crc32", "NhCmhg==")];
    let framed = encode_as(Framing::Unsigned, b"hello", 16, &trailers);
    let in_chunks = Ask::new("PUT", "/my-bucket/drop/x")
        .body(&framed)
        .header("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        .header("x-amz-decoded-content-length", "5")
        .header("x-amz-trailer", "x-amz-checksum-crc32");
    for (what, ask, code) in [
        ("nothing", put("hello"), "200"),
        ("its hash", put("hello").header("x-amz-content-sha256", &PayloadHash::of(b"hello").text()), "200"),
        ("another hash", put("bent").header("x-amz-content-sha256", &zeroes), "XAmzContentSHA256Mismatch"),
        ("no hash", put("bent").header("x-amz-content-sha256", "nonsense"), "InvalidArgument"),
        ("another checksum", put("bent").header("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg=="), "BadDigest"),
        (
            "signed chunks",
            put("bent").header("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
            "AccessDenied",
        ),
        ("chunks", in_chunks, "200"),
    ] {
        assert_eq!(server.answer(ask).await.code(), code, "{what}");
        let kept = server.answer(Ask::new("GET", "/my-bucket/drop/x")).await;
        assert_eq!(kept.text(), "hello", "{what}");
    }
    assert_eq!(server.answer(Ask::new("PUT", "/my-bucket/x").body("x")).await.code(), "AccessDenied");
}

#[tokio::test]
async fn a_denial_of_the_bucket_outweighs_what_roles_allow_and_reaches_root_but_for_the_policy_itself() {
    let deny = json!([
        statement("Deny", &json!("*"), "s3:GetObject", "my-bucket/public/*"),
        statement("Deny", &json!("*"), "s3:*", "my-bucket"),
    ]);
    let server = Server::under(deny).await;
    let (root, right) = (server.root(), server.in_right_role().await);
    for held in [&root, &right] {
        for (method, uri) in
            [("GET", OBJECT), ("HEAD", OBJECT), ("GET", "/my-bucket"), ("GET", "/my-bucket?cors")]
        {
            let answer = server.s3(held, Ask::new(method, uri)).await;
            assert_eq!(answer.status, 403, "{method} {uri}");
        }
    }
    let presigned = Ask::new("GET", OBJECT).presigned(&root, 60, server.now());
    assert_eq!(server.answer(presigned).await.code(), "AccessDenied");
    assert_eq!(server.code(&root, Ask::new("PUT", "/my-bucket/public/new").body("x")).await, "200");
    assert_eq!(server.code(&right, Ask::new("DELETE", "/my-bucket?policy")).await, "AccessDenied");
    assert_eq!(server.code(&root, Ask::new("GET", "/my-bucket?policyStatus")).await, "AccessDenied");
    assert_eq!(server.code(&root, Ask::new("GET", "/my-bucket?policy")).await, "200");
    assert_eq!(server.code(&root, Ask::new("DELETE", "/my-bucket?policy")).await, "204");
    assert_eq!(server.code(&right, Ask::new("GET", OBJECT)).await, "200");
}

#[tokio::test]
async fn a_copy_and_a_list_of_deletions_ask_the_bucket_of_each_object() {
    let role = json!({ "AWS": "arn:aws:iam::123456789012:role/idle" });
    let statements = json!([
        statement("Allow", &role, "s3:PutObject", "my-bucket/in/*"),
        statement("Allow", &role, "s3:GetObject", "my-bucket/public/*"),
        statement("Allow", &role, "s3:DeleteObject", "my-bucket/in/*"),
    ]);
    let server = Server::under(statements).await;
    let idle = server.in_wrong_role().await;
    let copy = |to: &str, from: &str| Ask::new("PUT", to).header("x-amz-copy-source", from);
    server.put(&server.root(), "/my-bucket/private", "secret").await;
    server.put(&server.root(), "/empty/x", "elsewhere").await;
    for (to, from, code) in [
        ("/my-bucket/in/a", "my-bucket/public/hello.txt", "200"),
        ("/my-bucket/out", "my-bucket/public/hello.txt", "AccessDenied"),
        ("/my-bucket/in/a", "my-bucket/private", "AccessDenied"),
        ("/my-bucket/in/a", "empty/x", "AccessDenied"),
        ("/empty/a", "my-bucket/public/hello.txt", "AccessDenied"),
    ] {
        assert_eq!(server.code(&idle, copy(to, from)).await, code, "{from} to {to}");
    }
    let keys = ["in/a", "private"].map(|key| format!("<Object><Key>{key}</Key></Object>")).concat();
    let delete = Ask::new("POST", "/my-bucket?delete").document(&format!("<Delete>{keys}</Delete>"));
    let text = server.s3(&idle, delete).await.text().to_owned();
    assert!(text.contains("<Deleted><Key>in/a</Key></Deleted>"), "{text}");
    assert!(text.contains("<Error><Key>private</Key><Code>AccessDenied</Code>"), "{text}");
}

#[tokio::test]
async fn a_policy_asks_by_the_keys_of_s3_and_tells_who_signed_in_the_query() {
    let mut by_link = everybody("s3:GetObject", "my-bucket/public/*");
    by_link["Condition"] = json!({
        "StringEquals": { "s3:authType": "REST-QUERY-STRING", "aws:PrincipalAccount": "123456789012" },
        "NumericLessThan": { "s3:signatureAge": "60000" },
    });
    let mut listing = everybody("s3:ListBucket", "my-bucket");
    listing["Condition"] = json!({ "StringEquals": { "s3:prefix": "public/", "aws:userid": "anonymous" } });
    let server = Server::under(json!([by_link, listing])).await;
    let idle = server.in_wrong_role().await;
    let link = Ask::new("GET", OBJECT).presigned(&idle, 600, server.now());
    assert_eq!(server.answer(link.clone()).await.code(), "200");
    assert_eq!(server.code(&idle, Ask::new("GET", OBJECT)).await, "AccessDenied");
    assert_eq!(server.answer(Ask::new("GET", OBJECT)).await.code(), "AccessDenied");
    server.wait(domain::time::Span::from_secs(60));
    assert_eq!(server.answer(link).await.code(), "AccessDenied");
    let list = |prefix: &str| Ask::new("GET", &format!("/my-bucket?list-type=2&prefix={prefix}"));
    assert_eq!(server.answer(list("public/")).await.code(), "200");
    assert_eq!(server.answer(list("")).await.code(), "AccessDenied");
    assert_eq!(server.code(&idle, list("public/")).await, "AccessDenied");
}

#[tokio::test]
async fn an_absent_object_is_told_to_whom_the_bucket_lets_list_it() {
    let open = json!([everybody("s3:GetObject", "my-bucket/*"), everybody("s3:ListBucket", "my-bucket")]);
    let server = Server::under(open).await;
    assert_eq!(server.answer(Ask::new("GET", "/my-bucket/absent")).await.code(), "NoSuchKey");
    assert_eq!(server.answer(Ask::new("HEAD", "/my-bucket/absent")).await.status, 404);
}
