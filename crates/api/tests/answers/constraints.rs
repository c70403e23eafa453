//! What the models forbid, in each service's own words.

use crate::support::{Ask, POOL, PROVIDER, Server};
use serde_json::{Value, json};

async fn identity(server: &Server, operation: &str, input: Value) -> (String, String) {
    let answer = server.identity(operation, &input).await;
    (answer.code(), answer.member("/message"))
}

async fn idp(server: &Server, input: Value) -> (String, String) {
    let answer = server.idp("InitiateAuth", &input).await;
    (answer.code(), answer.member("/message"))
}

#[tokio::test]
async fn identity_pools_call_it_a_validation_exception() {
    let server = Server::start().await;
    let pattern = r"[\w-]+:[0-9a-f-]+";
    for (operation, input, message) in [
        (
            "GetId",
            json!({}),
            "1 validation error detected: Value null at 'identityPoolId' failed to satisfy constraint: Member must \
             not be null"
                .to_owned(),
        ),
        (
            "GetId",
            json!({ "IdentityPoolId": null }),
            "1 validation error detected: Value null at 'identityPoolId' failed to satisfy constraint: Member must \
             not be null"
                .to_owned(),
        ),
        (
            "GetId",
            json!({ "IdentityPoolId": "" }),
            format!(
                "2 validation errors detected: Value '' at 'identityPoolId' failed to satisfy constraint: Member must \
                 have length greater than or equal to 1; Value '' at 'identityPoolId' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: {pattern}"
            ),
        ),
        (
            "GetCredentialsForIdentity",
            json!({ "IdentityId": "us-east-1:XYZ" }),
            format!(
                "1 validation error detected: Value 'us-east-1:XYZ' at 'identityId' failed to satisfy constraint: \
                 Member must satisfy regular expression pattern: {pattern}"
            ),
        ),
        (
            "GetId",
            json!({ "IdentityPoolId": POOL, "Logins": { "graph.facebook.com": "" } }),
            "1 validation error detected: Value '{graph.facebook.com=}' at 'logins' failed to satisfy constraint: Map \
             value must satisfy constraint: [Member must have length less than or equal to 50000, Member must have \
             length greater than or equal to 1]"
                .to_owned(),
        ),
    ] {
        assert_eq!(identity(&server, operation, input).await, ("ValidationException".to_owned(), message));
    }
}

#[tokio::test]
async fn a_whole_id_must_match_not_a_part_of_it() {
    let server = Server::start().await;
    for id in [
        format!("{POOL}\n"),
        format!("\n{POOL}"),
        format!("{POOL} "),
        format!("x y{POOL}"),
        POOL.to_uppercase(),
        POOL.replace(':', "::"),
        format!("{POOL}{}", "0".repeat(40)),
    ] {
        let (code, _) = identity(&server, "GetId", json!({ "IdentityPoolId": id })).await;
        assert_eq!(code, "ValidationException", "{id:?}");
    }
}

#[tokio::test]
async fn no_login_is_taken_for_a_guest() {
    let server = Server::start().await;
    for logins in [json!({ PROVIDER: null }), json!({ PROVIDER: "" }), json!({ "": "token" })] {
        let (code, _) = identity(&server, "GetId", json!({ "IdentityPoolId": POOL, "Logins": logins })).await;
        assert_eq!(code, "ValidationException", "{logins}");
    }
}

#[tokio::test]
async fn more_than_ten_logins_are_too_many() {
    let server = Server::start().await;
    let logins: Value = (0..11)
        .map(|number| (format!("provider-{number}"), json!("x")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let (code, message) =
        identity(&server, "GetId", json!({ "IdentityPoolId": POOL, "Logins": logins })).await;
    assert_eq!(code, "ValidationException");
    assert!(message.ends_with("Member must have length less than or equal to 10"), "{message}");
    assert!(message.contains("Value at 'logins'"), "tokens are not shown: {message}");
}

#[tokio::test]
async fn user_pools_call_it_an_invalid_parameter_exception() {
    let server = Server::start().await;
    let invalid = |text: &str| ("InvalidParameterException".to_owned(), text.to_owned());
    assert_eq!(
        idp(&server, json!({ "AuthFlow": "USER_PASSWORD_AUTH" })).await,
        invalid(
            "1 validation error detected: Value null at 'clientId' failed to satisfy constraint: Member must not be \
             null"
        )
    );
    let (code, message) = idp(&server, json!({ "AuthFlow": "GUESSING", "ClientId": "abc" })).await;
    assert_eq!(code, "InvalidParameterException");
    assert!(
        message.starts_with(
            "1 validation error detected: Value 'GUESSING' at 'authFlow' failed to satisfy constraint: Member must \
             satisfy enum value set: ["
        ),
        "{message}"
    );
    let (code, message) =
        idp(&server, json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "not a client" })).await;
    assert_eq!(code, "InvalidParameterException");
    assert!(!message.contains("not a client") && message.contains("Value at 'clientId'"), "{message}");
}

#[tokio::test]
async fn s3_calls_it_an_invalid_argument() {
    let server = Server::start().await;
    for (uri, message) in [
        ("/my-bucket?max-keys=many", "Provided max-keys not an integer or within integer range"),
        ("/my-bucket?max-keys=99999999999", "Provided max-keys not an integer or within integer range"),
        ("/my-bucket?max-keys=-1", "Argument maxKeys must be an integer between 0 and 2147483647"),
        ("/my-bucket?encoding-type=rot13", ""),
        ("/my-bucket?list-type=2&fetch-owner=perhaps", "Provided fetch-owner is not valid"),
        ("/my-bucket?prefix=a&prefix=b", ""),
    ] {
        let answer = server.s3(&server.root(), Ask::new("GET", uri)).await;
        assert_eq!((answer.status, answer.element("Code")), (400, Some("InvalidArgument")), "{uri}");
        let said = answer.element("Message").unwrap();
        assert!(message.is_empty() || said == message, "{uri}: {said}");
    }
}

#[tokio::test]
async fn names_that_no_bucket_or_object_can_have_are_refused_by_their_own_codes() {
    let server = Server::start().await;
    let long = format!("/my-bucket/{}", "k".repeat(1025));
    for (uri, code) in [
        ("/ab", "InvalidBucketName"),
        ("/My-Bucket/key", "InvalidBucketName"),
        ("/192.168.1.1/key", "InvalidBucketName"),
        ("/a%2Fb/key", "InvalidURI"),
        ("/my-bucket/%ff", "InvalidURI"),
        (&long, "KeyTooLongError"),
    ] {
        let answer = server.s3(&server.root(), Ask::new("GET", uri)).await;
        assert_eq!((answer.status, answer.code().as_str()), (400, code), "{uri}");
    }
}
