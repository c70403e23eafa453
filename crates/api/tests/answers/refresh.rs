//! What a refresh token is good for over the wire, and for how long.

use crate::support::{Answer, POOL, PROVIDER, Server};
use domain::records::UserPools;
use domain::time::Span;
use domain::user_pool::client::{AuthFlow, Client};
use serde_json::{Value, json};
use testkit::user_pool::{PASSWORD, client, other_client, user_pool};

async fn initiate(server: &Server, flow: &str, client: &Client, parameters: Value) -> Answer {
    let input = json!({ "AuthFlow": flow, "ClientId": client.id, "AuthParameters": parameters });
    server.idp("InitiateAuth", &input).await
}

async fn sign_in(server: &Server) -> String {
    let parameters = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let answer = initiate(server, "USER_PASSWORD_AUTH", &client(), parameters).await;
    answer.member("/AuthenticationResult/RefreshToken")
}

async fn refresh(server: &Server, token: &str) -> Answer {
    initiate(server, "REFRESH_TOKEN_AUTH", &client(), json!({ "REFRESH_TOKEN": token })).await
}

#[track_caller]
fn refused(answer: &Answer, code: &str, message: &str) {
    assert_eq!((answer.code().as_str(), answer.member("/message").as_str()), (code, message));
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn the_id_token_of_a_refresh_is_a_login_of_the_same_user() {
    let server = Server::start().await;
    let id = server.alices_id().await;
    let token = sign_in(&server).await;
    server.wait(Span::from_hours(5));
    for flow in ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"] {
        let answer = initiate(&server, flow, &client(), json!({ "REFRESH_TOKEN": token })).await;
        let logins = json!({ PROVIDER: answer.member("/AuthenticationResult/IdToken") });
        let answer = server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": logins })).await;
        assert_eq!(answer.member("/IdentityId"), id);
    }
}

#[tokio::test]
async fn a_refresh_token_ends_after_thirty_days() {
    let server = Server::start().await;
    let token = sign_in(&server).await;
    server.wait(Span::from_hours(30 * 24));
    refused(&refresh(&server, &token).await, "NotAuthorizedException", "Refresh Token has expired");
}

#[tokio::test]
async fn what_is_no_refresh_token_of_the_client_is_invalid() {
    let server = Server::start().await;
    let token = sign_in(&server).await;
    let invalid = |answer: &Answer| refused(answer, "NotAuthorizedException", "Invalid Refresh Token");
    for text in ["", "x", &format!("{token}A"), &token.to_lowercase()] {
        invalid(&refresh(&server, text).await);
    }
    let parameters = json!({ "REFRESH_TOKEN": token });
    invalid(&initiate(&server, "REFRESH_TOKEN_AUTH", &other_client(), parameters).await);
    let set =
        json!({ "UserPoolId": user_pool().id, "Username": "alice", "Password": PASSWORD, "Permanent": true });
    assert_eq!(server.idp_by_root("AdminSetUserPassword", &set).await.status, 200);
    invalid(&refresh(&server, &token).await);
}

#[tokio::test]
async fn a_client_that_may_not_refresh_and_parameters_that_are_missing_or_unknown_are_refused() {
    let server = Server::start().await;
    let token = sign_in(&server).await;
    for (parameters, message) in [
        (json!({}), "Missing required parameter REFRESH_TOKEN"),
        (json!({ "REFRESH_TOKEN": token, "DEVICE_KEY": "k" }), "the parameter DEVICE_KEY is not served yet"),
    ] {
        let answer = initiate(&server, "REFRESH_TOKEN_AUTH", &client(), parameters).await;
        refused(&answer, "InvalidParameterException", message);
    }
    let closed = Client { auth_flows: Some(vec![AuthFlow::UserPassword]), ..client() };
    server.write(|records| records.put_client(&closed)).await;
    let message = "REFRESH_TOKEN_AUTH flow not enabled for this client";
    refused(&refresh(&server, &token).await, "InvalidParameterException", message);
}
