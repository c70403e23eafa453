//! A prefix for each identity, which ends where its id does.

use crate::support::{Ask, Server};

const OWN: &str = r#"{"Version":"2012-10-17","Statement":[
    {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject","s3:DeleteObject"],
     "Resource":"arn:aws:s3:::my-bucket/private/${cognito-identity.amazonaws.com:sub}/*"},
    {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::my-bucket",
     "Condition":{"StringLike":{"s3:prefix":"private/${cognito-identity.amazonaws.com:sub}/*"}}}
]}"#;

#[tokio::test]
async fn an_identity_whose_id_only_begins_like_anothers_has_another_prefix() {
    let server = Server::start().await;
    let alice = server.alice_under(OWN).await;
    let own = server.alices_id().await;
    let shorter = own.get(..own.len() - 1).unwrap();
    let longer = format!("{own}0");
    let upper = own.to_uppercase();
    let encoded = own.replace(':', "%3A");
    for (folder, status) in [
        (own.as_str(), 200),
        (encoded.as_str(), 200),
        (longer.as_str(), 403),
        (shorter, 403),
        (upper.as_str(), 403),
        (&format!("{own}%2F..%2F{longer}"), 200),
        (&format!("{longer}%2F..%2F{own}"), 403),
        (&format!("%2E%2E/private/{own}"), 403),
        (&format!("./{own}"), 403),
        (&format!("/{own}"), 403),
        ("*", 403),
        ("${cognito-identity.amazonaws.com:sub}", 403),
        ("%24%7Bcognito-identity.amazonaws.com:sub%7D", 403),
    ] {
        let path = format!("/my-bucket/private/{folder}/diary");
        // What is there is not found either where the policy does not reach.
        server.put(&server.root(), &path, "dear diary").await;
        let read = server.s3(&alice, Ask::new("GET", &path)).await;
        assert_eq!(read.status, status, "{folder} is read");
        assert_eq!(read.text() == "dear diary", status == 200, "{folder} is read");
        let written = server.s3(&alice, Ask::new("PUT", &path).body("x")).await;
        assert_eq!(written.status, status, "{folder} is written");
        let list = format!("/my-bucket?list-type=2&prefix=private/{folder}/");
        let listed = server.s3(&alice, Ask::new("GET", &list)).await;
        assert_eq!(listed.status, status, "{folder} is listed");
    }
    let all =
        server.s3(&alice, Ask::new("GET", &format!("/my-bucket?list-type=2&prefix=private/{own}"))).await;
    assert_eq!(all.status, 403, "without the slash the prefix is also the beginning of another's");
}
