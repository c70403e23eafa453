//! Writes and deletions that happen only under a condition.

use crate::support::{Answer, Ask, Server};

const OBJECT: &str = "/my-bucket/public/hello.txt";
const ETAG: &str = "\"5d41402abc4b2a76b9719d911017c592\"";

async fn root(server: &Server, ask: Ask) -> Answer {
    server.s3(&server.root(), ask).await
}

fn put(path: &str, body: &str, condition: (&str, &str)) -> Ask {
    Ask::new("PUT", path).body(body).header(condition.0, condition.1)
}

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

#[tokio::test]
async fn what_must_be_absent_is_written_once_and_leaves_no_second_content() {
    let server = Server::start().await;
    let absent = ("if-none-match", "*");
    assert_eq!(root(&server, put("/my-bucket/a", "first", absent)).await.status, 200);
    let before = server.files();
    let second = root(&server, put("/my-bucket/a", "second", absent)).await;
    assert_eq!(code(&second), (412, "PreconditionFailed".to_owned()));
    assert_eq!(server.files(), before);
    assert_eq!(root(&server, Ask::new("GET", "/my-bucket/a")).await.text(), "first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_race_to_write_what_must_be_absent_one_wins() {
    let server = Server::start().await;
    let held = server.root();
    let before = server.files().len();
    let bodies: Vec<String> = (0..8).map(|racer| format!("racer {racer}")).collect();
    let race = |body: &str| server.s3(&held, put("/my-bucket/a", body, ("if-none-match", "*")));
    let [a, b, c, d, e, f, g, h] = bodies.as_slice() else { panic!() };
    let answers: [Answer; 8] =
        tokio::join!(race(a), race(b), race(c), race(d), race(e), race(f), race(g), race(h)).into();
    let won: Vec<usize> = (0..8).filter(|at| answers[*at].status == 200).collect();
    assert_eq!(won.len(), 1, "{won:?}");
    assert_eq!(answers.iter().filter(|answer| answer.code() == "PreconditionFailed").count(), 7);
    assert_eq!(root(&server, Ask::new("GET", "/my-bucket/a")).await.text(), bodies[won[0]]);
    assert_eq!(server.files().len(), before + 1, "the contents of those who lost are gone");
}

#[tokio::test]
async fn an_object_is_replaced_or_deleted_only_where_its_tag_is_named() {
    let server = Server::start().await;
    for method in ["PUT", "DELETE"] {
        let ask = |path: &str, tag: &str| Ask::new(method, path).body("").header("if-match", tag);
        let other = root(&server, ask(OBJECT, "\"other\"")).await;
        assert_eq!(code(&other), (412, "PreconditionFailed".to_owned()), "{method}");
        let absent = root(&server, ask("/my-bucket/absent", ETAG)).await;
        assert_eq!(code(&absent), (404, "NoSuchKey".to_owned()), "{method}");
    }
    assert_eq!(root(&server, put(OBJECT, "changed", ("if-match", ETAG))).await.status, 200);
    let stale = root(&server, Ask::new("DELETE", OBJECT).header("if-match", ETAG)).await;
    assert_eq!(code(&stale), (412, "PreconditionFailed".to_owned()));
    let any = root(&server, Ask::new("DELETE", OBJECT).header("if-match", "*")).await;
    assert_eq!(any.status, 204);
}

#[tokio::test]
async fn conditions_that_s3_does_not_have_are_refused() {
    let server = Server::start().await;
    let both = put(OBJECT, "x", ("if-match", ETAG)).header("if-none-match", "*");
    for ask in [
        put(OBJECT, "x", ("if-none-match", ETAG)),
        put(OBJECT, "x", ("if-none-match", "\"*\"")),
        both,
        Ask::new("DELETE", OBJECT).header("x-amz-if-match-size", "5"),
        Ask::new("DELETE", OBJECT)
            .header("x-amz-if-match-last-modified-time", "Fri, 02 Jan 2026 03:04:05 GMT"),
    ] {
        assert_eq!(code(&root(&server, ask).await), (501, "NotImplemented".to_owned()));
    }
    assert_eq!(root(&server, Ask::new("GET", OBJECT)).await.text(), "hello");
}

#[tokio::test]
async fn a_tag_is_compared_only_for_those_who_may_read_the_object() {
    let server = Server::start().await;
    let alice = server
        .alice_under(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject","s3:DeleteObject"],
            "Resource":"*"}]}"#,
        )
        .await;
    for tag in [ETAG, "\"other\""] {
        for method in ["PUT", "DELETE"] {
            let ask = Ask::new(method, OBJECT).body("").header("if-match", tag);
            assert_eq!(server.s3(&alice, ask).await.code(), "AccessDenied", "{method} {tag}");
        }
    }
    assert_eq!(root(&server, Ask::new("GET", OBJECT)).await.text(), "hello");
    let absent = put("/my-bucket/absent", "x", ("if-match", "*"));
    assert_eq!(
        server.s3(&alice, absent).await.code(),
        "AccessDenied",
        "who may not list is not told of absence"
    );
    let written = server.s3(&alice, put(OBJECT, "x", ("if-match", "*"))).await;
    assert_eq!(written.status, 200);
}

#[tokio::test]
async fn a_policy_can_demand_that_nothing_is_overwritten() {
    let server = Server::start().await;
    let alice = server
        .alice_under(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*",
            "Condition":{"StringEquals":{"s3:if-none-match":"*"}}}]}"#,
        )
        .await;
    let without = Ask::new("PUT", "/my-bucket/a").body("x");
    assert_eq!(server.s3(&alice, without).await.code(), "AccessDenied");
    assert_eq!(server.s3(&alice, put("/my-bucket/a", "x", ("if-none-match", "*"))).await.status, 200);
}
