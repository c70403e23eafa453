//! App clients over the wire: made, shown, listed, deleted, and their secrets.

use crate::support::{Answer, PROVIDER, Server};
use data_encoding::BASE64;
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::principal_tag::AttributeMap;
use domain::records::IdentityPools;
use domain::tag::TagKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::identity_pool::identity_pool;
use testkit::user_pool::{PASSWORD, client, other_client, user_pool};

/// Asks about clients of the pool of `testkit`, signed by root.
async fn ask(server: &Server, operation: &str, mut input: Value) -> Answer {
    input["UserPoolId"] = json!(user_pool().id);
    server.idp_by_root(operation, &input).await
}

async fn make(server: &Server, mut more: Value) -> Answer {
    more["ClientName"] = json!("new");
    ask(server, "CreateUserPoolClient", more).await
}

const WRITE_ATTRIBUTES: &str = "Invalid write attributes specified while creating a client";

#[track_caller]
fn refused(answer: &Answer, code: &str, message: &str) {
    assert_eq!((answer.code().as_str(), answer.member("/message").as_str()), (code, message));
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_client_is_shown_as_it_was_made() {
    let server = Server::start().await;
    let made = make(&server, json!({})).await;
    let id = made.member("/UserPoolClient/ClientId");
    let plain = json!({
        "UserPoolId": user_pool().id,
        "ClientName": "new",
        "ClientId": id,
        "LastModifiedDate": 1_767_323_045,
        "CreationDate": 1_767_323_045,
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {},
        "AllowedOAuthFlowsUserPoolClient": false,
        "PreventUserExistenceErrors": "LEGACY",
        "EnableTokenRevocation": true,
        "EnablePropagateAdditionalUserContextData": false,
    });
    assert_eq!(made.json(), json!({ "UserPoolClient": plain }));
    assert!(
        id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()),
        "{id}"
    );
    let shown = ask(&server, "DescribeUserPoolClient", json!({ "ClientId": id })).await;
    assert_eq!(shown.text(), made.text());

    let made = make(
        &server,
        json!({
            "GenerateSecret": true,
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
            "RefreshTokenValidity": 90, "AccessTokenValidity": 10, "IdTokenValidity": 2,
            "TokenValidityUnits": { "RefreshToken": "minutes", "AccessToken": "minutes" },
            "WriteAttributes": ["name", "custom:team"],
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": true,
            "AllowedOAuthFlowsUserPoolClient": false,
            "EnablePropagateAdditionalUserContextData": false,
        }),
    )
    .await;
    let shown = made.json()["UserPoolClient"].clone();
    let secret = made.member("/UserPoolClient/ClientSecret");
    assert!(secret.len() == 52 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(shown["ExplicitAuthFlows"], json!(["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]));
    assert_eq!(
        ["RefreshTokenValidity", "AccessTokenValidity", "IdTokenValidity"].map(|name| shown[name].clone()),
        [90, 10, 2]
    );
    assert_eq!(shown["TokenValidityUnits"], json!({ "AccessToken": "minutes", "RefreshToken": "minutes" }));
    assert_eq!(shown["PreventUserExistenceErrors"], "ENABLED");
    assert_eq!(shown["WriteAttributes"], json!(["name", "custom:team"]));
    let again = ask(&server, "DescribeUserPoolClient", json!({ "ClientId": shown["ClientId"] })).await;
    assert_eq!(again.member("/UserPoolClient/ClientSecret"), secret);
}

#[tokio::test]
async fn a_secret_is_shown_only_with_a_line_of_the_audit() {
    let server = Server::start().await;
    for (made, expected) in [(json!({}), 0), (json!({ "GenerateSecret": true }), 1)] {
        let id = make(&server, made).await.member("/UserPoolClient/ClientId");
        let before = server.sink.lines().len();
        ask(&server, "DescribeUserPoolClient", json!({ "ClientId": id })).await;
        assert_eq!(server.sink.lines().len(), before + expected);
    }
}

#[tokio::test]
async fn tokens_live_as_long_as_their_client_says() {
    let server = Server::start().await;
    let more = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "AccessTokenValidity": 5, "IdTokenValidity": 7200,
        "TokenValidityUnits": { "AccessToken": "minutes", "IdToken": "seconds" },
    });
    let id = make(&server, more).await.member("/UserPoolClient/ClientId");
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": id,
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    });
    let answer = server.idp("InitiateAuth", &input).await;
    let life = |name: &str| {
        let token = answer.member(&format!("/AuthenticationResult/{name}"));
        let payload = token.split('.').nth(1).unwrap().to_owned();
        let bytes = data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap();
        let claims: Value = serde_json::from_slice(&bytes).unwrap();
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap()
    };
    assert_eq!((life("AccessToken"), life("IdToken")), (300, 7200));
    assert_eq!(answer.json()["AuthenticationResult"]["ExpiresIn"], 300);
}

#[tokio::test]
async fn what_is_not_served_is_refused_by_name_and_makes_no_client() {
    let server = Server::start().await;
    for (member, value, message) in [
        (
            "ExplicitAuthFlows",
            json!(["ALLOW_USER_SRP_AUTH"]),
            "the flow ALLOW_USER_SRP_AUTH is not served yet",
        ),
        (
            "ExplicitAuthFlows",
            json!(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_AUTH"]),
            "the flow ALLOW_USER_AUTH is not served yet",
        ),
        ("ExplicitAuthFlows", json!(["USER_PASSWORD_AUTH"]), "the flow USER_PASSWORD_AUTH is not served yet"),
        ("EnableTokenRevocation", json!(false), "EnableTokenRevocation false is not served yet"),
        (
            "AllowedOAuthFlowsUserPoolClient",
            json!(true),
            "AllowedOAuthFlowsUserPoolClient true is not served yet",
        ),
        (
            "EnablePropagateAdditionalUserContextData",
            json!(true),
            "EnablePropagateAdditionalUserContextData true is not served yet",
        ),
        ("WriteAttributes", json!(["name", "email_verified"]), WRITE_ATTRIBUTES),
        ("WriteAttributes", json!(["sub"]), WRITE_ATTRIBUTES),
        ("CallbackURLs", json!(["https://app.example"]), "CallbackURLs is not served yet"),
        ("ReadAttributes", json!(["email"]), "ReadAttributes is not served yet"),
        (
            "ClientSecret",
            json!("a-secret-of-ones-own-0123456789".replace('-', "")),
            "ClientSecret is not served yet",
        ),
        ("RefreshTokenRotation", json!({ "Feature": "ENABLED" }), "RefreshTokenRotation is not served yet"),
        ("RefreshTokenValidity", json!(3651), "Invalid range for token validity."),
        ("AccessTokenValidity", json!(25), "Invalid range for token validity."),
        ("IdTokenValidity", json!(25), "Invalid range for token validity."),
    ] {
        let answer = make(&server, json!({ member: value })).await;
        refused(&answer, "InvalidParameterException", message);
    }
    let listed = ask(&server, "ListUserPoolClients", json!({})).await;
    assert_eq!(listed.json()["UserPoolClients"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn clients_are_listed_page_by_page() {
    let server = Server::start().await;
    let all = ask(&server, "ListUserPoolClients", json!({})).await.json();
    let listed = |client: &domain::user_pool::client::Client| json!({ "ClientId": client.id, "UserPoolId": client.pool, "ClientName": client.name });
    assert_eq!(all, json!({ "UserPoolClients": [listed(&client()), listed(&other_client())] }));
    let first = ask(&server, "ListUserPoolClients", json!({ "MaxResults": 1 })).await;
    let rest = json!({ "MaxResults": 1, "NextToken": first.member("/NextToken") });
    let rest = ask(&server, "ListUserPoolClients", rest).await.json();
    assert_eq!(rest, json!({ "UserPoolClients": [listed(&other_client())] }));
    let made_up = ask(&server, "ListUserPoolClients", json!({ "NextToken": "x" })).await;
    refused(&made_up, "InvalidParameterException", "Invalid NextToken.");
}

#[tokio::test]
async fn a_deleted_client_is_gone_and_signs_nobody_in() {
    let server = Server::start().await;
    let named = json!({ "ClientId": client().id });
    let deleted = ask(&server, "DeleteUserPoolClient", named.clone()).await;
    assert_eq!((deleted.status, deleted.text()), (200, ""));
    let message = format!("User pool client {} does not exist.", client().id);
    for operation in ["DeleteUserPoolClient", "DescribeUserPoolClient"] {
        refused(&ask(&server, operation, named.clone()).await, "ResourceNotFoundException", &message);
    }
    let input = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client().id,
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    });
    refused(&server.idp("InitiateAuth", &input).await, "ResourceNotFoundException", &message);
    let listed = ask(&server, "ListUserPoolClients", json!({})).await.json();
    assert_eq!(listed["UserPoolClients"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn through_a_client_with_a_secret_only_those_sign_in_who_show_that_they_know_it() {
    let server = Server::start().await;
    let more = json!({ "GenerateSecret": true, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] });
    let made = make(&server, more).await;
    let [id, secret] =
        ["ClientId", "ClientSecret"].map(|name| made.member(&format!("/UserPoolClient/{name}")));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret.as_bytes());
    let hash =
        |name: &str| BASE64.encode(aws_lc_rs::hmac::sign(&key, format!("{name}{id}").as_bytes()).as_ref());
    let ask = async |flow: &str, mut parameters: Value, hash: Option<String>| {
        if let Some(hash) = hash {
            parameters["SECRET_HASH"] = json!(hash);
        }
        let input = json!({ "AuthFlow": flow, "ClientId": id, "AuthParameters": parameters });
        server.idp("InitiateAuth", &input).await
    };
    let password = json!({ "USERNAME": "alice", "PASSWORD": PASSWORD });
    let signed_in = ask("USER_PASSWORD_AUTH", password.clone(), Some(hash("alice"))).await;
    let refresh = json!({ "REFRESH_TOKEN": signed_in.member("/AuthenticationResult/RefreshToken") });
    assert_eq!(ask("REFRESH_TOKEN_AUTH", refresh.clone(), Some(hash("alice"))).await.status, 200);
    for (flow, parameters) in [("USER_PASSWORD_AUTH", password), ("REFRESH_TOKEN_AUTH", refresh)] {
        let answer = ask(flow, parameters.clone(), None).await;
        let message = format!("Client {id} is configured with secret but SECRET_HASH was not received");
        refused(&answer, "NotAuthorizedException", &message);
        let answer = ask(flow, parameters, Some(hash("bob"))).await;
        let message = format!("Unable to verify secret hash for client {id}");
        refused(&answer, "NotAuthorizedException", &message);
    }
}

#[tokio::test]
async fn no_client_is_made_through_which_users_would_choose_their_tags() {
    let server = Server::start().await;
    let claims = BTreeMap::from([(TagKey::parse("team").unwrap(), "custom:team".to_owned())]);
    let map = AttributeMap::new(false, claims).unwrap();
    let pool =
        IdentityPool { principal_tags: BTreeMap::from([(PROVIDER.to_owned(), map)]), ..identity_pool() };
    server.write(|records| records.put_identity_pool(&pool)).await;
    let answer = make(&server, json!({ "WriteAttributes": ["name", "custom:team"] })).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "InvalidParameterException"));
    let message = answer.member("/message");
    let (begins, ends) = (
        "identity pool `us-east-1:1234567890abcdef`: users write the claim `custom:team` themselves through client `",
        "`, and so choose what follows from it: take it out of the client's WriteAttributes, or map another claim",
    );
    assert!(message.starts_with(begins) && message.ends_with(ends), "{message}");
    assert_eq!(make(&server, json!({ "WriteAttributes": ["name"] })).await.status, 200);
}
