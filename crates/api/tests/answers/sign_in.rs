//! What user pools say to those who sign in.

use crate::support::{Answer, POOL, PROVIDER, Server, alices_login};
use domain::records::UserPools;
use domain::time::Span;
use domain::user_pool::client::Client;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::user_pool::{PASSWORD, client};
use tokio::task::JoinSet;

async fn sign_in(server: &Server, parameters: Value) -> Answer {
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client().id,
        "AuthParameters": parameters,
    });
    server.idp("InitiateAuth", &input).await
}

async fn with_password(server: &Server, name: &str, password: &str) -> Answer {
    sign_in(server, json!({ "USERNAME": name, "PASSWORD": password })).await
}

#[track_caller]
fn assert_refused(answer: &Answer, code: &str, message: &str) {
    assert_eq!((answer.code().as_str(), answer.member("/message").as_str()), (code, message));
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn the_id_token_of_a_sign_in_is_a_login_and_its_access_token_is_none() {
    let server = Server::start().await;
    let answer = with_password(&server, "alice", PASSWORD).await;
    for (token, status) in [("IdToken", 200), ("AccessToken", 400)] {
        let token = answer.member(&format!("/AuthenticationResult/{token}"));
        let input = json!({ "IdentityPoolId": POOL, "Logins": { PROVIDER: token } });
        let answer = server.identity("GetId", &input).await;
        assert_eq!(answer.status, status);
        if status == 200 {
            let input = json!({ "IdentityPoolId": POOL, "Logins": alices_login() });
            assert_eq!(
                answer.member("/IdentityId"),
                server.identity("GetId", &input).await.member("/IdentityId")
            );
        }
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_answered_alike() {
    let server = Server::start().await;
    for name in ["alice", "nobody", "ALICE"] {
        let answer = with_password(&server, name, "wrong").await;
        assert_refused(&answer, "NotAuthorizedException", "Incorrect username or password.");
    }
    let client = Client { hides_missing_users: false, ..client() };
    server.write(|records| records.put_client(&client)).await;
    let answer = with_password(&server, "nobody", "wrong").await;
    assert_refused(&answer, "UserNotFoundException", "User does not exist.");
}

#[tokio::test]
async fn guessing_is_stopped_until_the_clock_has_moved_on() {
    let server = Server::start().await;
    for _ in 0..5 {
        assert_eq!(with_password(&server, "alice", "wrong").await.code(), "NotAuthorizedException");
    }
    let answer = with_password(&server, "alice", PASSWORD).await;
    assert_refused(&answer, "NotAuthorizedException", "Password attempts exceeded");
    server.wait(Span::from_secs(1));
    assert_eq!(with_password(&server, "alice", PASSWORD).await.status, 200);
}

#[tokio::test]
async fn a_client_that_is_not_there_or_may_not_sign_in_so_says_so() {
    let server = Server::start().await;
    let closed = Client { auth_flows: Some(Vec::new()), ..client() };
    server.write(|records| records.put_client(&closed)).await;
    let answer = with_password(&server, "alice", PASSWORD).await;
    let message = "USER_PASSWORD_AUTH flow not enabled for this client";
    assert_refused(&answer, "InvalidParameterException", message);
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": "unknown",
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    });
    let answer = server.idp("InitiateAuth", &input).await;
    assert_refused(&answer, "ResourceNotFoundException", "User pool client unknown does not exist.");
}

#[tokio::test]
async fn other_flows_and_parameters_are_refused_and_never_ignored() {
    let server = Server::start().await;
    for flow in ["USER_SRP_AUTH", "CUSTOM_AUTH", "USER_AUTH", "ADMIN_USER_PASSWORD_AUTH"] {
        let input = json!({ "AuthFlow": flow, "ClientId": client().id });
        let answer = server.idp("InitiateAuth", &input).await;
        assert_refused(&answer, "InvalidParameterException", &format!("the flow {flow} is not served yet"));
    }
    for (parameters, message) in [
        (json!({}), "Missing required parameter USERNAME"),
        (json!({ "USERNAME": "alice" }), "Missing required parameter PASSWORD"),
        (
            json!({ "USERNAME": "alice", "PASSWORD": PASSWORD, "DEVICE_KEY": "x" }),
            "the parameter DEVICE_KEY is not served yet",
        ),
    ] {
        assert_refused(&sign_in(&server, parameters).await, "InvalidParameterException", message);
    }
}

#[tokio::test]
async fn names_and_passwords_that_nobody_can_have_are_refused_without_being_shown() {
    let server = Server::start().await;
    let long = "x".repeat(257);
    for (name, password, at) in [
        ("", PASSWORD, "username"),
        ("a b", PASSWORD, "username"),
        ("a\nb", PASSWORD, "username"),
        (&"n".repeat(129), PASSWORD, "username"),
        ("alice", &long, "password"),
    ] {
        let answer = with_password(&server, name, password).await;
        let message = answer.member("/message");
        assert_eq!(answer.code(), "InvalidParameterException", "{name}");
        assert!(message.starts_with(&format!("1 validation error detected: Value at '{at}'")), "{message}");
        assert!(!message.contains(&long));
    }
    let answer = with_password(&server, "alice", "").await;
    assert_eq!(answer.code(), "NotAuthorizedException", "an empty password is a wrong one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_that_are_sent_at_once_are_counted_one_by_one() {
    let server = Arc::new(Server::start().await);
    let mut guesses = JoinSet::new();
    for _ in 0..12 {
        let server = Arc::clone(&server);
        guesses.spawn(async move { with_password(&server, "alice", "wrong").await.member("/message") });
    }
    let answers = guesses.join_all().await;
    let of = |message: &str| answers.iter().filter(|answer| *answer == message).count();
    assert_eq!((of("Incorrect username or password."), of("Password attempts exceeded")), (5, 7));
}

#[tokio::test]
async fn when_too_many_passwords_wait_to_be_checked_the_next_is_turned_away() {
    let server = Arc::new(Server::start().await);
    let mut guesses = JoinSet::new();
    for number in 0..80 {
        let server = Arc::clone(&server);
        guesses.spawn(async move { with_password(&server, &format!("user-{number}"), "wrong").await.code() });
    }
    let codes = guesses.join_all().await;
    let of = |code: &str| codes.iter().filter(|answer| *answer == code).count();
    assert!(of("TooManyRequestsException") > 0 && of("NotAuthorizedException") > 0, "{codes:?}");
    assert_eq!(of("TooManyRequestsException") + of("NotAuthorizedException"), 80);
}
