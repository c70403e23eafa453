//! The server's own service: what it shows and changes of pools, and each no.

use crate::support::{Answer, Ask, Held, POOL, RIGHT_POOL, Server, own_service};
use serde_json::{Value, json};
use testkit::iam::document;

async fn ask_as(server: &Server, held: &Held, operation: &str, input: &Value) -> Answer {
    server.signed(held, own_service(operation).body(input.to_string())).await
}

async fn ask(server: &Server, operation: &str, input: Value) -> Answer {
    ask_as(server, &server.root(), operation, &input).await
}

fn policy(action: &str) -> String {
    document(&json!([{ "Effect": "Allow", "Action": action, "Resource": "*" }])).to_string()
}

fn in_pool() -> Value {
    json!({ "IdentityPoolId": POOL })
}

#[tokio::test]
async fn guests_may_do_at_most_what_their_pool_was_told_last() {
    let server = Server::start().await;
    let shown = async || ask(&server, "GetGuestScopeDown", in_pool()).await.json();
    let put = async |actions: &[&str]| {
        let policies: Vec<Value> =
            actions.iter().map(|action| json!({ "Name": "own", "Document": policy(action) })).collect();
        let answer =
            ask(&server, "PutGuestScopeDown", json!({ "IdentityPoolId": POOL, "Policies": policies })).await;
        assert_eq!((answer.status, answer.text()), (200, "{}"));
    };
    let reads = async |held: &Held| {
        server.s3(held, Ask::new("GET", "/my-bucket/public/hello.txt")).await.status == 200
    };
    let before = shown().await;
    assert_eq!(before["Source"], "Aws");
    assert_eq!(before["Policies"].as_array().unwrap().len(), 2);
    let early = server.guest().await;
    assert!(reads(&early).await);

    put(&["sqs:*"]).await;
    assert!(!reads(&server.guest().await).await, "the role allows it, and the pool does not");
    assert!(reads(&early).await, "a session keeps what it was issued with");
    put(&["sqs:*", "s3:*"]).await;
    assert!(reads(&server.guest().await).await, "the policies are a union");
    let policies = json!([{ "Name": "own", "Document": policy("sqs:*") }, { "Name": "own", "Document": policy("s3:*") }]);
    assert_eq!(shown().await, json!({ "Source": "Pool", "Policies": policies }));
    let record: Value = serde_json::from_str(server.sink.lines().last().unwrap()).unwrap();
    assert_eq!(record["additionalEventData"]["sessionPolicies"], json!(["own", "own"]), "{record}");

    let gone = ask(&server, "DeleteGuestScopeDown", in_pool()).await;
    assert_eq!((gone.status, gone.text()), (200, "{}"));
    assert_eq!(shown().await, before);
}

#[tokio::test]
async fn what_cannot_narrow_guests_is_refused_and_changes_nothing() {
    let server = Server::start().await;
    let put = async |documents: &[String]| {
        let policies: Vec<Value> =
            documents.iter().map(|text| json!({ "Name": "own", "Document": text })).collect();
        let input = json!({ "IdentityPoolId": POOL, "Policies": policies });
        let answer = ask(&server, "PutGuestScopeDown", input).await;
        (answer.status, answer.code(), answer.member("/message"))
    };
    for (documents, message) in [
        (vec!["no".to_owned()], "policy `own`: "),
        (vec![policy("s3:*"), "{}".to_owned()], "policy `own`: "),
        (vec![policy("s3:*").replace("\"Action\"", "\"Principal\":\"*\",\"Action\"")], "policy `own`: "),
        (
            vec![format!("{}{}", policy("s3:*"), " ".repeat(3000)); 2],
            "the policies have more than 4096 characters together",
        ),
    ] {
        let (status, code, said) = put(&documents).await;
        assert_eq!((status, code.as_str()), (422, "InvalidParameterException"), "{documents:?}");
        assert!(said.starts_with(message), "{said}");
    }
    for documents in [vec![], vec![policy("s3:*"); 11]] {
        let (status, code, _) = put(&documents).await;
        assert_eq!((status, code.as_str()), (400, "ValidationException"));
    }
    assert_eq!(ask(&server, "GetGuestScopeDown", in_pool()).await.json()["Source"], "Aws");
}

#[tokio::test]
async fn what_is_misspelled_is_refused_and_never_left_out() {
    let server = Server::start().await;
    for (input, message) in [
        (json!({ "IdentityPoolId": POOL, "identitypoolid": POOL }), "there is no member identitypoolid"),
        (
            json!({ "IdentityPoolId": POOL, "Policies": [{ "Name": "a", "Document": "{}", "Sid": "b" }] }),
            "there is no member Sid",
        ),
        (json!({ "IdentityPoolId": POOL, "Policies": null }), "Policies is null"),
        (json!({ "IdentityPoolId": POOL, "Policies": [{ "Name": null, "Document": "{}" }] }), "Name is null"),
    ] {
        let answer = ask(&server, "PutGuestScopeDown", input).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, "SerializationException"));
        assert_eq!(answer.member("/message"), message);
    }
}

#[tokio::test]
async fn each_no_has_the_status_that_http_has_for_it() {
    let server = Server::start().await;
    let guest = server.guest().await;
    let absent = json!({ "IdentityPoolId": "us-east-1:0" });
    let plain = || own_service("GetGuestScopeDown").body(in_pool().to_string());
    let mut wrong = server.root();
    wrong.secret.push('x');
    for (answer, status, code) in [
        (server.answer(plain()).await, 401, "MissingAuthenticationTokenException"),
        (server.signed(&wrong, plain()).await, 401, "InvalidSignatureException"),
        (server.signed(&server.root(), plain().service("s3")).await, 401, "InvalidSignatureException"),
        (server.signed(&guest, plain()).await, 403, "AccessDeniedException"),
        (ask(&server, "GetGuestScopeDown", absent).await, 404, "ResourceNotFoundException"),
        (ask(&server, "GetGuestScopeDown", json!({})).await, 400, "ValidationException"),
        (ask(&server, "Absent", json!({})).await, 404, "UnknownOperationException"),
    ] {
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("www-authenticate"), (status == 401).then_some("AWS4-HMAC-SHA256"));
    }
}

#[tokio::test]
async fn a_pool_is_opened_by_its_own_arn_and_tags() {
    let server = Server::start().await;
    let arn = format!("arn:aws:cognito-identity:us-east-1:123456789012:identitypool/{POOL}");
    let other = json!({ "IdentityPoolId": RIGHT_POOL });
    let by_arn = json!([{ "Effect": "Allow", "Action": "cenote:GetGuestScopeDown", "Resource": arn }]);
    let held = server.in_role_with(by_arn).await;
    for (operation, input, status) in [
        ("GetGuestScopeDown", in_pool(), 200),
        ("GetGuestScopeDown", other.clone(), 403),
        ("DeleteGuestScopeDown", in_pool(), 403),
    ] {
        assert_eq!(ask_as(&server, &held, operation, &input).await.status, status, "{operation} {input}");
    }
    let input = json!({ "ResourceArn": arn, "Tags": { "team": "blue" } });
    server.identity_as(&server.root(), "TagResource", &input).await;
    let condition = json!({ "StringEquals": { "aws:ResourceTag/team": "blue" } });
    let by_tag =
        json!([{ "Effect": "Allow", "Action": "cenote:*", "Resource": "*", "Condition": condition }]);
    let held = server.in_role_with(by_tag).await;
    assert_eq!(ask_as(&server, &held, "DeleteGuestScopeDown", &in_pool()).await.status, 200);
    assert_eq!(ask_as(&server, &held, "DeleteGuestScopeDown", &other).await.status, 403);
}
