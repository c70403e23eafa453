//! Users of IAM whose sessions end, by an operator or with the user or the key, and users in quarantine.

use crate::support::{Answer, Held, Server, form, own_service};
use domain::iam::role::{PolicyName, Role, RoleName};
use domain::records::{AccessKeys, Roles};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testkit::iam::{access_key, administrator, document, guest_role};

const NAME: &str = "administrator";

async fn sts(server: &Server, held: &Held, operation: &str, parameters: &[(&str, &str)]) -> Answer {
    server.signed(held, form("sts", operation, parameters)).await
}

async fn session(server: &Server, by: &Held, operation: &str, parameters: &[(&str, &str)]) -> Held {
    let answer = sts(server, by, operation, parameters).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let part = |name| answer.element(name).unwrap().to_owned();
    Held { id: part("AccessKeyId"), secret: part("SecretAccessKey"), token: Some(part("SessionToken")) }
}

/// Two roles that the account may take on one after the other.
async fn roles(server: &Server) {
    let trust =
        json!([{ "Effect": "Allow", "Principal": { "AWS": "123456789012" }, "Action": "sts:AssumeRole" }]);
    let chain = json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" }]);
    let policies = BTreeMap::from([(PolicyName::parse("access").unwrap(), document(&chain).to_string())]);
    for name in ["one", "other"] {
        let name = RoleName::parse(name).unwrap();
        let trust = document(&trust).to_string();
        let role = Role { name, trust, policies: policies.clone(), ..guest_role() };
        server.write(|records| records.put_role(&role)).await;
    }
}

async fn in_role(server: &Server, by: &Held, role: &str) -> Held {
    let arn = format!("arn:aws:iam::123456789012:role/{role}");
    session(server, by, "AssumeRole", &[("RoleArn", &arn), ("RoleSessionName", "s1")]).await
}

/// A session of each kind that a user's key gets, and one that goes back to it through another.
async fn sessions(server: &Server, user: &Held) -> [Held; 4] {
    roles(server).await;
    let role = in_role(server, user, "one").await;
    let chained = in_role(server, &role, "other").await;
    let own = session(server, user, "GetSessionToken", &[]).await;
    [role, chained, own, session(server, user, "GetFederationToken", &[("Name", "bob")]).await]
}

/// What each is told who they are.
async fn told(server: &Server, all: &[Held]) -> Vec<String> {
    let mut codes = Vec::new();
    for held in all {
        let answer = sts(server, held, "GetCallerIdentity", &[]).await;
        codes.push(if answer.status == 200 { "200".to_owned() } else { answer.code() });
    }
    codes
}

async fn own(server: &Server, by: &Held, operation: &str, input: &Value) -> Answer {
    server.signed(by, own_service(operation).body(input.to_string())).await
}

fn the_user() -> Value {
    json!({ "Kind": "IamUser", "Name": NAME })
}

async fn iam(server: &Server, operation: &str, parameters: &[(&str, &str)]) -> Answer {
    server.signed(&server.root(), form("iam", operation, parameters)).await
}

#[tokio::test]
async fn a_user_who_is_revoked_loses_each_session_that_goes_back_to_them_and_keeps_their_key() {
    let server = Server::start().await;
    let user = server.user_with("*", "*").await;
    let before = sessions(&server, &user).await;
    assert_eq!(told(&server, &before).await, ["200"; 4]);
    assert_eq!(own(&server, &server.root(), "Revoke", &the_user()).await.status, 200);
    assert_eq!(told(&server, &before).await, ["ExpiredToken"; 4]);
    let after = sessions(&server, &user).await;
    assert_eq!(told(&server, &after).await, ["200"; 4]);
    let nobody =
        own(&server, &server.root(), "Revoke", &json!({ "Kind": "IamUser", "Name": "nobody" })).await;
    assert_eq!((nobody.status, nobody.code().as_str()), (404, "ResourceNotFoundException"));
}

#[tokio::test]
async fn a_user_in_quarantine_signs_nothing_gets_nothing_and_does_not_lift_it() {
    let server = Server::start().await;
    let user = server.user_with("*", "*").await;
    let before = sessions(&server, &user).await;
    let root = server.root();
    assert_eq!(own(&server, &root, "Quarantine", &the_user()).await.status, 200);
    assert_eq!(told(&server, &before).await, ["ExpiredToken"; 4]);
    for (operation, input) in [("LiftQuarantine", the_user()), ("GetIssuance", json!({}))] {
        for held in before.iter().chain([&user]) {
            assert_eq!(own(&server, held, operation, &input).await.code(), "ExpiredTokenException");
        }
    }
    assert_eq!(told(&server, std::slice::from_ref(&user)).await, ["ExpiredToken"]);
    for operation in ["GetSessionToken", "GetCallerIdentity"] {
        assert_eq!(sts(&server, &user, operation, &[]).await.code(), "ExpiredToken");
    }
    let key = iam(&server, "CreateAccessKey", &[("UserName", NAME)]).await;
    assert_eq!((key.status, key.code().as_str()), (403, "AccessDenied"), "not even for another");
    let shown = own(&server, &root, "GetIssuance", &json!({})).await;
    assert_eq!(shown.member("/Quarantines/0/Kind"), "IamUser");
    assert_eq!(own(&server, &root, "LiftQuarantine", &the_user()).await.status, 200);
    assert_eq!(told(&server, &before).await, ["ExpiredToken"; 4], "what was revoked stays so");
    assert_eq!(told(&server, &sessions(&server, &user).await).await, ["200"; 4]);
}

#[tokio::test]
async fn no_key_is_made_while_nothing_is_issued() {
    let server = Server::start().await;
    server.user_with("*", "*").await;
    assert_eq!(own(&server, &server.root(), "StopIssuance", &json!({})).await.status, 200);
    let key = iam(&server, "CreateAccessKey", &[("UserName", NAME)]).await;
    assert_eq!((key.status, key.code().as_str()), (403, "AccessDenied"));
    assert_eq!(own(&server, &server.root(), "ResumeIssuance", &json!({})).await.status, 200);
    assert_eq!(iam(&server, "CreateAccessKey", &[("UserName", NAME)]).await.status, 200);
}

#[tokio::test]
async fn a_key_that_is_made_inactive_or_deleted_takes_along_the_sessions_obtained_with_it_and_no_others() {
    for (operation, status) in [("UpdateAccessKey", Some("Inactive")), ("DeleteAccessKey", None)] {
        let server = Server::start().await;
        let user = server.user_with("*", "*").await;
        let made = iam(&server, "CreateAccessKey", &[("UserName", NAME)]).await;
        let part = |name: &str| made.element(name).unwrap().to_owned();
        let other = Held { id: part("AccessKeyId"), secret: part("SecretAccessKey"), token: None };
        let (by_one, by_other) = (sessions(&server, &user).await, sessions(&server, &other).await);
        let key = [("UserName", NAME), ("AccessKeyId", user.id.as_str())];
        let parameters: Vec<_> = key.into_iter().chain(status.map(|status| ("Status", status))).collect();
        assert_eq!(iam(&server, operation, &parameters).await.status, 200);
        assert_eq!(told(&server, &by_one).await, ["ExpiredToken"; 4], "{operation}");
        assert_eq!(told(&server, &by_other).await, ["200"; 4], "{operation}");
    }
}

#[tokio::test]
async fn a_key_that_stays_or_becomes_active_ends_nothing() {
    let server = Server::start().await;
    let user = server.user_with("*", "*").await;
    let all = sessions(&server, &user).await;
    let parameters = [("UserName", NAME), ("AccessKeyId", user.id.as_str()), ("Status", "Active")];
    assert_eq!(iam(&server, "UpdateAccessKey", &parameters).await.status, 200);
    assert_eq!(told(&server, &all).await, ["200"; 4]);
}

#[tokio::test]
async fn a_user_who_is_deleted_takes_along_what_goes_back_to_them() {
    let server = Server::start().await;
    let user = server.user_with("*", "*").await;
    let all = sessions(&server, &user).await;
    // As if the key had been forgotten before keys ended anything.
    let (key, _) = access_key(&administrator("*", "*"));
    server.write(|records| records.delete_access_key(&key)).await;
    let policy = [("UserName", NAME), ("PolicyName", "access")];
    assert_eq!(iam(&server, "DeleteUserPolicy", &policy).await.status, 200);
    assert_eq!(told(&server, &all[..2]).await, ["200"; 2]);
    assert_eq!(iam(&server, "DeleteUser", &[("UserName", NAME)]).await.status, 200);
    assert_eq!(told(&server, &all).await, ["ExpiredToken"; 4]);
}
