//! Requests to the JSON services that are not what they should be.

use crate::support::{Ask, PROVIDER, Server, to};
use serde_json::json;
use testkit::identity_pool::identity_pool_id;
use testkit::user_pool::{PASSWORD, client};

const GET_ID: &str = "AWSCognitoIdentityService.GetId";
const SIGN_IN: &str = "AWSCognitoIdentityProviderService.InitiateAuth";

async fn asked(server: &Server, ask: Ask) -> (u16, String, String) {
    let answer = server.answer(ask).await;
    let message = answer.json()["message"].as_str().unwrap_or_default().to_owned();
    (answer.status, answer.code(), message)
}

#[tokio::test]
async fn what_is_no_json_object_said_once_is_a_serialization_exception_without_a_message() {
    let server = Server::start().await;
    let deep = format!("{}{}", r#"{"a":"#.repeat(100), "1".to_owned() + &"}".repeat(100));
    let very_deep = "[".repeat(500_000);
    for body in [
        "{",
        "nonsense",
        "\"text\"",
        "1",
        "null",
        "true",
        "{}{}",
        "{} x",
        r#"{"IdentityPoolId":"us-east-1:1234567890abcdef","IdentityPoolId":"us-east-1:0"}"#,
        r#"{"IdentityPoolId":"us-east-1:1234567890abcdef","Logins":{"a":"x","a":"y"}}"#,
        r#"{"\u0049dentityPoolId":"us-east-1:1","IdentityPoolId":"us-east-1:0"}"#,
        "{'IdentityPoolId':'x'}",
        "{\"IdentityPoolId\":\"\u{1}\"}",
        r#"{"IdentityPoolId":"\ud800"}"#,
        r#"{"IdentityPoolId":NaN}"#,
        "\u{feff}{}",
        &deep,
        &very_deep,
    ] {
        let expected = (400, "SerializationException".to_owned(), String::new());
        let shown: String = body.chars().take(80).collect();
        assert_eq!(asked(&server, to(GET_ID, body.to_owned())).await, expected, "{shown}");
    }
    let not_utf8 = b"{\"IdentityPoolId\":\"\xff\"}".as_slice();
    assert_eq!(asked(&server, to(GET_ID, not_utf8)).await.1, "SerializationException");
}

#[tokio::test]
async fn a_value_of_another_type_is_a_serialization_exception_that_says_so() {
    let server = Server::start().await;
    for (target, input, message) in [
        (GET_ID, json!({ "IdentityPoolId": 1 }), "NUMBER_VALUE can not be converted to a String"),
        (GET_ID, json!({ "IdentityPoolId": true }), "TRUE_VALUE can not be converted to a String"),
        (GET_ID, json!({ "IdentityPoolId": ["x"] }), "Start of list found where not expected"),
        (GET_ID, json!({ "IdentityPoolId": {} }), "Start of structure or map found where not expected."),
        (GET_ID, json!({ "IdentityPoolId": identity_pool_id(), "Logins": "x" }), "Expected map or null"),
        (GET_ID, json!({ "Logins": { "a": 1 } }), "NUMBER_VALUE can not be converted to a String"),
        (GET_ID, json!([]), "Start of list found where not expected"),
        (SIGN_IN, json!({ "AuthParameters": [] }), "Start of list found where not expected"),
        (SIGN_IN, json!({ "ClientId": 1.5 }), "DECIMAL_VALUE can not be converted to a String"),
    ] {
        let expected = (400, "SerializationException".to_owned(), message.to_owned());
        assert_eq!(asked(&server, to(target, input.to_string())).await, expected, "{input}");
    }
}

#[tokio::test]
async fn a_text_with_a_zero_or_half_a_letter_is_nobodys_name() {
    let server = Server::start().await;
    let (id, client) = (identity_pool_id().to_string(), client().id);
    let logins =
        |name: &str, token: &str| format!(r#"{{"IdentityPoolId":"{id}","Logins":{{"{name}":"{token}"}}}}"#);
    let user = |name: &str| {
        format!(
            r#"{{"AuthFlow":"USER_PASSWORD_AUTH","ClientId":"{client}",
            "AuthParameters":{{"USERNAME":"{name}","PASSWORD":"{PASSWORD}"}}}}"#
        )
    };
    for (target, body, code) in [
        (GET_ID, format!(r#"{{"IdentityPoolId":"{id}\u0000"}}"#), "ValidationException"),
        (GET_ID, logins(r"\u0000", "x"), "NotAuthorizedException"),
        (GET_ID, logins(&format!(r"{PROVIDER}\u0000"), "x"), "NotAuthorizedException"),
        (GET_ID, logins(PROVIDER, r"x\u0000"), "NotAuthorizedException"),
        (SIGN_IN, user("alice"), "200"),
        (SIGN_IN, user(r"alice\u0000"), "InvalidParameterException"),
        (SIGN_IN, user(r"\u0000alice"), "InvalidParameterException"),
        (GET_ID, logins(r"\udc00", "x"), "SerializationException"),
        (SIGN_IN, user(r"alice\ud800"), "SerializationException"),
        (SIGN_IN, user(r"\ud800\u0061lice"), "SerializationException"),
    ] {
        let (status, found, _) = asked(&server, to(target, body.clone())).await;
        assert_eq!((status, found.as_str()), (code.parse().unwrap_or(400), code), "{body}");
    }
}

#[tokio::test]
async fn a_body_of_more_than_a_megabyte_is_too_large_however_it_comes() {
    let server = Server::start().await;
    let large = format!(r#"{{"IdentityPoolId":"us-east-1:1","Pad":"{}"}}"#, "x".repeat(1024 * 1024));
    let piece = vec![b' '; 64 * 1024];
    for ask in [
        to(GET_ID, large),
        to(GET_ID, "").without("content-length").pieces(std::iter::repeat_n(piece.as_slice(), 20)),
    ] {
        let (status, code, _) = asked(&server, ask).await;
        assert_eq!((status, code.as_str()), (413, "RequestEntityTooLargeException"));
    }
}

#[tokio::test]
async fn a_body_that_stops_before_its_end_changes_nothing() {
    let server = Server::start().await;
    let body = json!({ "IdentityPoolId": identity_pool_id() }).to_string();
    let (status, code, _) = asked(&server, to(GET_ID, body).stops_short()).await;
    assert_eq!((status, code.as_str()), (400, "SerializationException"));
}

#[tokio::test]
async fn an_operation_that_is_not_one_is_unknown() {
    let server = Server::start().await;
    for ask in [
        to("AWSCognitoIdentityService.Nonsense", "{}"),
        to("AWSCognitoIdentityService.getid", "{}"),
        to("AWSCognitoIdentityService.", "{}"),
        to("AWSCognitoIdentityService", "{}"),
        to("AWSCognitoIdentityService.GetId.GetId", "{}"),
        to("AWSCognitoIdentityService.InitiateAuth", "{}"),
        to("awscognitoidentityservice.GetId", "{}"),
        to("AWSCognitoSyncService.ListDatasets", "{}"),
        to("nonsense", "{}"),
        to("", "{}"),
        to(GET_ID, "{}").header("x-amz-target", &"x".repeat(10_000)),
        Ask::new("GET", "/").header("x-amz-target", GET_ID),
        Ask::new("PUT", "/my-bucket/key").header("x-amz-target", GET_ID).body("{}"),
        Ask::new("OPTIONS", "/").header("x-amz-target", GET_ID),
    ] {
        assert_eq!(asked(&server, ask).await, (400, "UnknownOperationException".to_owned(), String::new()));
    }
}

#[tokio::test]
async fn an_operation_that_is_not_served_says_so() {
    let server = Server::start().await;
    for (target, name) in [
        ("AWSCognitoIdentityProviderService.TagResource", "TagResource"),
        ("AWSCognitoIdentityProviderService.SignUp", "SignUp"),
    ] {
        let expected = (400, "NotImplementedException".to_owned(), format!("{name} is not served yet"));
        assert_eq!(asked(&server, to(target, "{}")).await, expected);
    }
}

#[tokio::test]
async fn a_member_that_the_model_has_and_the_operation_does_not_serve_is_refused_and_never_ignored() {
    let server = Server::start().await;
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": "1example23456789abcdefghij",
        "Session": "x".repeat(20),
    });
    let (_, code, message) = asked(&server, to(SIGN_IN, input.to_string())).await;
    assert_eq!((code.as_str(), message.as_str()), ("InvalidParameterException", "Session is not served yet"));
}

#[tokio::test]
async fn a_member_that_the_model_does_not_have_is_dropped() {
    let server = Server::start().await;
    let input = json!({ "IdentityPoolId": identity_pool_id(), "Nonsense": { "deep": [1] } });
    assert_eq!(asked(&server, to(GET_ID, input.to_string())).await.0, 200);
}

#[tokio::test]
async fn no_piece_of_a_good_body_brings_the_server_down() {
    let server = Server::start().await;
    let good =
        json!({ "IdentityPoolId": identity_pool_id(), "Logins": { "graph.facebook.com": "x" } }).to_string();
    for end in 0..good.len() {
        let answer = server.answer(to(GET_ID, good.as_bytes()[..end].to_vec())).await;
        assert_eq!(answer.status, 400, "{end}");
        let mut changed = good.clone().into_bytes();
        changed[end] ^= 0x1f;
        let answer = server.answer(to(GET_ID, changed)).await;
        assert!(answer.status < 500, "{end}: {}", answer.text());
    }
}
