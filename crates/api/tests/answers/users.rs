//! Users as an administrator makes them, finds them and gives them passwords.

use crate::support::{Answer, Server};
use domain::records::UserPools;
use domain::time::Span;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::user_pool::{PASSWORD, client, user, user_pool};
use tokio::task::JoinSet;

/// Asks about users of the pool of `testkit`, signed by root.
async fn ask(server: &Server, operation: &str, mut input: Value) -> Answer {
    input["UserPoolId"] = json!(user_pool().id);
    server.idp_by_root(operation, &input).await
}

async fn make(server: &Server, mut input: Value) -> Answer {
    input["MessageAction"] = json!("SUPPRESS");
    ask(server, "AdminCreateUser", input).await
}

async fn sign_in(server: &Server, name: &str, password: &str) -> Answer {
    let parameters = json!({ "USERNAME": name, "PASSWORD": password });
    let input =
        json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client().id, "AuthParameters": parameters });
    server.idp("InitiateAuth", &input).await
}

#[track_caller]
fn refused(answer: &Answer, code: &str, message: &str) {
    assert_eq!((answer.code().as_str(), answer.member("/message").as_str()), (code, message));
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_user_is_shown_as_they_were_made() {
    let server = Server::start().await;
    let attributes = json!([
        { "Name": "phone_number", "Value": "+15555550100" },
        { "Name": "email", "Value": "bob@example.com" },
        { "Name": "email_verified", "Value": "True" },
        { "Name": "nickname", "Value": "" },
        { "Name": "name" },
    ]);
    let input = json!({
        "Username": "bob",
        "UserAttributes": attributes,
        "TemporaryPassword": "Tempor4ry!",
        "DesiredDeliveryMediums": ["EMAIL"],
        "ForceAliasCreation": false,
        "ClientMetadata": { "a": "b" },
        "ValidationData": [],
    });
    let made = make(&server, input).await;
    let sub = made.member("/User/Attributes/0/Value");
    let attributes = json!([
        { "Name": "sub", "Value": sub },
        { "Name": "email", "Value": "bob@example.com" },
        { "Name": "email_verified", "Value": "true" },
        { "Name": "phone_number", "Value": "+15555550100" },
    ]);
    let user = json!({
        "Username": "bob",
        "Attributes": attributes,
        "UserCreateDate": 1_767_323_045,
        "UserLastModifiedDate": 1_767_323_045,
        "Enabled": true,
        "UserStatus": "FORCE_CHANGE_PASSWORD",
    });
    assert_eq!(made.json(), json!({ "User": user }));
    let shown = ask(&server, "AdminGetUser", json!({ "Username": "bob" })).await;
    let mut expected = user;
    let attributes = expected.as_object_mut().unwrap().remove("Attributes");
    expected["UserAttributes"] = attributes.unwrap();
    assert_eq!(shown.json(), expected);
}

#[tokio::test]
async fn nobody_is_invited_because_nothing_is_delivered_yet() {
    let server = Server::start().await;
    for action in [None, Some("RESEND")] {
        let mut input = json!({ "Username": "bob" });
        if let Some(action) = action {
            input["MessageAction"] = json!(action);
        }
        let message = "MessageAction must be SUPPRESS: sending invitations is not served yet";
        refused(&ask(&server, "AdminCreateUser", input).await, "InvalidParameterException", message);
    }
    let absent = ask(&server, "AdminGetUser", json!({ "Username": "bob" })).await;
    refused(&absent, "UserNotFoundException", "User does not exist.");
}

#[tokio::test]
async fn attributes_that_do_not_conform_make_no_user() {
    let server = Server::start().await;
    let schema = |what: &str| format!("Attributes did not conform to the schema: {what}");
    for (attributes, message) in [
        (
            json!([{ "Name": "custom:level", "Value": "7" }]),
            schema("custom:level: Attribute does not exist in the schema."),
        ),
        (json!([{ "Name": "sub", "Value": "mine" }]), schema("sub: Attribute does not exist in the schema.")),
        (
            json!([{ "Name": "cognito:groups", "Value": "admins" }]),
            schema("cognito:groups: Attribute does not exist in the schema."),
        ),
        (json!([{ "Name": "email", "Value": "nowhere" }]), "Invalid email address format.".to_owned()),
        (json!([{ "Name": "phone_number", "Value": "555" }]), "Invalid phone number format.".to_owned()),
        (
            json!([{ "Name": "email_verified", "Value": "1" }]),
            schema("email_verified: the value must be true or false"),
        ),
        (
            json!([{ "Name": "birthdate", "Value": "1.1.2000" }]),
            schema("birthdate: the value must have 10 to 10 characters"),
        ),
        (
            json!([{ "Name": "name", "Value": "a" }, { "Name": "name", "Value": "b" }]),
            "the attribute name is given twice".to_owned(),
        ),
    ] {
        let answer = make(&server, json!({ "Username": "bob", "UserAttributes": attributes })).await;
        refused(&answer, "InvalidParameterException", &message);
    }
    let absent = ask(&server, "AdminGetUser", json!({ "Username": "bob" })).await;
    refused(&absent, "UserNotFoundException", "User does not exist.");
}

#[tokio::test]
async fn a_name_is_given_once() {
    let server = Server::start().await;
    let again = make(&server, json!({ "Username": "alice" })).await;
    refused(&again, "UsernameExistsException", "User account already exists");
    assert_eq!(sign_in(&server, "alice", PASSWORD).await.status, 200, "nothing was changed");
}

#[tokio::test]
async fn a_password_is_held_to_the_policy_of_its_pool_whoever_gives_it() {
    let server = Server::start().await;
    for (password, what) in [
        ("Aa1!aaa", "Password not long enough"),
        ("aaaaaaa1!", "Password must have uppercase characters"),
        ("AAAAAAA1!", "Password must have lowercase characters"),
        ("Aaaaaaaa!", "Password must have numeric characters"),
        ("Aaaaaaaa1", "Password must have symbol characters"),
    ] {
        let message = format!("Password did not conform with policy: {what}");
        let answer = make(&server, json!({ "Username": "bob", "TemporaryPassword": password })).await;
        refused(&answer, "InvalidPasswordException", &message);
        let input = json!({ "Username": "alice", "Password": password, "Permanent": true });
        let answer = ask(&server, "AdminSetUserPassword", input).await;
        refused(&answer, "InvalidPasswordException", &message);
    }
    for password in ["", "Aa1! with space"] {
        let input = json!({ "Username": "alice", "Password": password });
        let answer = ask(&server, "AdminSetUserPassword", input).await;
        assert_eq!(answer.code(), "InvalidParameterException", "{password}");
        assert!(password.is_empty() || !answer.text().contains(password));
    }
    assert_eq!(sign_in(&server, "alice", PASSWORD).await.status, 200, "nothing was changed");
}

#[tokio::test]
async fn a_permanent_password_signs_in_and_a_temporary_one_does_not_yet() {
    let server = Server::start().await;
    make(&server, json!({ "Username": "bob", "TemporaryPassword": "Tempor4ry!" })).await;
    let challenge = "the challenge NEW_PASSWORD_REQUIRED is not served yet";
    refused(&sign_in(&server, "bob", "Tempor4ry!").await, "InvalidParameterException", challenge);
    let wrong = sign_in(&server, "bob", "Tempor4ry?").await;
    refused(&wrong, "NotAuthorizedException", "Incorrect username or password.");

    let set = json!({ "Username": "bob", "Password": "Perman3nt!", "Permanent": true });
    let answer = ask(&server, "AdminSetUserPassword", set).await;
    assert_eq!((answer.status, answer.text()), (200, "{}"));
    assert_eq!(sign_in(&server, "bob", "Perman3nt!").await.status, 200);
    let old = sign_in(&server, "bob", "Tempor4ry!").await;
    refused(&old, "NotAuthorizedException", "Incorrect username or password.");
    let status =
        async || ask(&server, "AdminGetUser", json!({ "Username": "bob" })).await.member("/UserStatus");
    assert_eq!(status().await, "CONFIRMED");

    let reset = json!({ "Username": "bob", "Password": "Tempor4ry!" });
    assert_eq!(ask(&server, "AdminSetUserPassword", reset).await.status, 200);
    assert_eq!(status().await, "FORCE_CHANGE_PASSWORD");
    refused(&sign_in(&server, "bob", "Tempor4ry!").await, "InvalidParameterException", challenge);
    server.wait(Span::from_hours(7 * 24));
    let expired = "Temporary password has expired and must be reset by an administrator.";
    refused(&sign_in(&server, "bob", "Tempor4ry!").await, "NotAuthorizedException", expired);
}

#[tokio::test]
async fn a_user_without_a_password_signs_in_with_none() {
    let server = Server::start().await;
    make(&server, json!({ "Username": "bob" })).await;
    for password in ["", " ", PASSWORD] {
        let answer = sign_in(&server, "bob", password).await;
        refused(&answer, "NotAuthorizedException", "Incorrect username or password.");
    }
}

#[tokio::test]
async fn a_disabled_user_is_told_so_once_the_password_is_right() {
    let server = Server::start().await;
    let disabled = domain::user_pool::user::User { is_enabled: false, ..user() };
    server.write(|records| records.put_user(&disabled)).await;
    refused(&sign_in(&server, "alice", PASSWORD).await, "NotAuthorizedException", "User is disabled.");
    let wrong = sign_in(&server, "alice", "wrong").await;
    refused(&wrong, "NotAuthorizedException", "Incorrect username or password.");
    let shown = ask(&server, "AdminGetUser", json!({ "Username": "alice" })).await;
    assert_eq!(shown.json()["Enabled"], false);
}

#[tokio::test]
async fn nobody_is_given_a_password_who_is_not_there() {
    let server = Server::start().await;
    let input = json!({ "Username": "nobody", "Password": PASSWORD });
    let answer = ask(&server, "AdminSetUserPassword", input).await;
    refused(&answer, "UserNotFoundException", "User does not exist.");
}

#[tokio::test]
#[ignore = "slow: hashes sixty-five passwords"]
async fn when_too_many_passwords_wait_to_be_hashed_the_next_is_turned_away() {
    let server = Arc::new(Server::start().await);
    let mut setting = JoinSet::new();
    for _ in 0..80 {
        let server = Arc::clone(&server);
        let input = json!({ "Username": "alice", "Password": PASSWORD, "Permanent": true });
        setting.spawn(async move { ask(&server, "AdminSetUserPassword", input).await });
    }
    let answers = setting.join_all().await;
    let of = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(of(200) + of(400), 80);
    assert!(of(200) >= 65, "{} were served", of(200));
    for answer in answers.iter().filter(|answer| answer.status == 400) {
        refused(answer, "TooManyRequestsException", "Rate exceeded");
    }
}
