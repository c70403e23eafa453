//! Buckets as hosts.

use crate::support::{Ask, Server};

fn at(method: &str, host: &str, path: &str) -> Ask {
    Ask::new(method, path).header("host", host)
}

#[tokio::test]
async fn a_bucket_is_reached_at_a_host_of_its_own() {
    let server = Server::start().await;
    let root = server.root();
    for host in ["my-bucket.localhost:9000", "my-bucket.s3.localhost", "MY-BUCKET.S3.LOCALHOST:9000"] {
        let answer = server.s3(&root, at("GET", host, "/public/hello.txt")).await;
        assert_eq!((answer.status, answer.text()), (200, "hello"), "{host}");
        assert_eq!(server.s3(&root, at("GET", host, "/")).await.element("Name"), Some("my-bucket"));
    }
    let elsewhere = server.s3(&root, at("GET", "absent.localhost", "/public/hello.txt")).await;
    assert_eq!(elsewhere.code(), "NoSuchBucket");
    for host in ["localhost", "s3.localhost:9000", "127.0.0.1:9000", "[::1]:9000", "example.com"] {
        assert_eq!(
            server.s3(&root, at("GET", host, "/my-bucket/public/hello.txt")).await.text(),
            "hello",
            "{host}"
        );
    }
}

#[tokio::test]
async fn below_the_host_of_a_bucket_every_path_is_a_key() {
    let server = Server::start().await;
    let root = server.root();
    let host = "my-bucket.localhost:9000";
    for path in [
        "/health/live",
        "/_cenote/clock",
        "/login",
        "/us-east-1_AbCdEfGhI/.well-known/jwks.json",
        "//",
        "/my-bucket/x",
    ] {
        let put = server.s3(&root, at("PUT", host, path).body(path)).await;
        assert_eq!(put.status, 200, "{path}");
        assert_eq!(server.s3(&root, at("GET", host, path)).await.text(), path);
        let by_path = at("GET", "localhost", &format!("/my-bucket{path}"));
        assert_eq!(server.s3(&root, by_path).await.text(), path);
    }
}

#[tokio::test]
async fn a_host_gives_nobody_more_than_a_path_does() {
    let server = Server::start().await;
    let (alice, own) = (server.alice().await, server.alices_id().await);
    let put = |host: &str, key: &str| at("PUT", host, &format!("/{key}")).body("x");
    let own_key = format!("{own}/x");
    assert_eq!(server.s3(&alice, put("my-bucket.localhost", &own_key)).await.status, 200);
    assert_eq!(server.s3(&alice, put("empty.localhost", &own_key)).await.code(), "AccessDenied");
    assert_eq!(server.s3(&alice, put("my-bucket.localhost", "public/x")).await.code(), "AccessDenied");
    let dots = format!("/{own}/../public/hello.txt");
    assert_eq!(server.s3(&alice, at("GET", "my-bucket.localhost", &dots)).await.code(), "NoSuchKey");
    for host in ["..localhost", "my_bucket.localhost", "a.b..localhost", "*.localhost", "_cenote.localhost"] {
        assert_eq!(
            server.s3(&server.root(), at("GET", host, "/x")).await.code(),
            "InvalidBucketName",
            "{host}"
        );
    }
}

#[tokio::test]
async fn a_host_that_was_changed_on_the_way_breaks_the_signature() {
    let server = Server::start().await;
    let signed = at("GET", "empty.localhost", "/public/hello.txt").signed(&server.root(), server.now());
    let changed = signed.header("host", "my-bucket.localhost");
    assert_eq!(server.answer(changed).await.code(), "SignatureDoesNotMatch");
}
