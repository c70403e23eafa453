//! User pools over the wire: made, shown, listed, deleted.

use crate::support::{Answer, Server};
use api::key_making::{KeyMaker, KeyMaking};
use api::removal;
use domain::records::Breakdown;
use domain::signing::FreshKey;
use serde_json::{Value, json};
use std::sync::Arc;
use testkit::keys::RsaKey;
use testkit::user_pool::{PASSWORD, client, user_pool};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

async fn make(server: &Server, input: Value) -> Answer {
    server.idp_by_root("CreateUserPool", &input).await
}

#[track_caller]
fn refused(answer: &Answer, code: &str, message: &str) {
    assert_eq!((answer.code().as_str(), answer.member("/message").as_str()), (code, message));
    assert_eq!(answer.status, 400);
}

/// The standard attributes as a pool shows them.
fn schema() -> Vec<Value> {
    let attribute = |name: &str, kind: &str| {
        json!({
            "Name": name,
            "AttributeDataType": kind,
            "DeveloperOnlyAttribute": false,
            "Mutable": name != "sub",
            "Required": name == "sub",
        })
    };
    let names = "sub name given_name family_name middle_name nickname preferred_username profile picture website email \
                 email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at";
    let shown = names.split_whitespace().map(|name| match name {
        "email_verified" | "phone_number_verified" => attribute(name, "Boolean"),
        "updated_at" => {
            let mut number = attribute(name, "Number");
            number["NumberAttributeConstraints"] = json!({ "MinValue": "0" });
            number
        }
        _ => {
            let (min, max) = match name {
                "sub" => ("1", "2048"),
                "birthdate" => ("10", "10"),
                _ => ("0", "2048"),
            };
            let mut text = attribute(name, "String");
            text["StringAttributeConstraints"] = json!({ "MinLength": min, "MaxLength": max });
            text
        }
    });
    shown.collect()
}

#[tokio::test]
async fn a_pool_is_shown_as_it_was_made() {
    let server = Server::start().await;
    let made = make(&server, json!({ "PoolName": "Our people, 1" })).await;
    let id = made.member("/UserPool/Id");
    assert_eq!(
        made.json(),
        json!({ "UserPool": {
            "Id": id,
            "Name": "Our people, 1",
            "Policies": { "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": true,
                "RequireLowercase": true,
                "RequireNumbers": true,
                "RequireSymbols": true,
                "TemporaryPasswordValidityDays": 7,
            } },
            "DeletionProtection": "INACTIVE",
            "LambdaConfig": {},
            "LastModifiedDate": 1_767_323_045,
            "CreationDate": 1_767_323_045,
            "SchemaAttributes": schema(),
            "MfaConfiguration": "OFF",
            "Arn": format!("arn:aws:cognito-idp:us-east-1:123456789012:userpool/{id}"),
        } })
    );
    let shown = server.idp_by_root("DescribeUserPool", &json!({ "UserPoolId": id })).await;
    assert_eq!(shown.text(), made.text());
    let (region, rest) = id.split_once('_').unwrap();
    assert!(region == "us-east-1" && rest.len() == 9, "{id}");
}

#[tokio::test]
async fn a_new_pool_publishes_two_keys() {
    let server = Server::start().await;
    let id = make(&server, json!({ "PoolName": "p" })).await.member("/UserPool/Id");
    let keys = server.answer(crate::support::Ask::new("GET", &format!("/{id}/.well-known/jwks.json"))).await;
    assert_eq!(keys.json()["keys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn of_a_password_policy_that_is_given_what_is_not_asked_for_is_not_needed() {
    let server = Server::start().await;
    for (given, shown) in [
        (json!({}), json!([8, false, false, false, false, 7])),
        (json!({ "MinimumLength": 6, "RequireNumbers": true }), json!([6, false, false, true, false, 7])),
        (
            json!({ "MinimumLength": 99, "RequireUppercase": true, "RequireLowercase": true, "RequireSymbols": true,
                    "TemporaryPasswordValidityDays": 365, "PasswordHistorySize": 0 }),
            json!([99, true, true, false, true, 365]),
        ),
        (json!({ "TemporaryPasswordValidityDays": 0 }), json!([8, false, false, false, false, 7])),
    ] {
        let made = make(&server, json!({ "PoolName": "p", "Policies": { "PasswordPolicy": given } })).await;
        let policy = made.json()["UserPool"]["Policies"]["PasswordPolicy"].clone();
        let members =
            ["MinimumLength", "RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols"];
        let values: Vec<&Value> =
            members.iter().chain(&["TemporaryPasswordValidityDays"]).map(|member| &policy[*member]).collect();
        assert_eq!(json!(values), shown, "{given}");
        assert_eq!(policy.as_object().unwrap().len(), values.len(), "{given}");
    }
}

#[tokio::test]
async fn what_is_not_served_is_refused_by_name_at_any_depth_and_what_is_the_case_anyway_is_not() {
    let server = Server::start().await;
    let policy = |member: &str, value: Value| json!({ "PasswordPolicy": { member: value } });
    for (member, value, message) in [
        ("Schema", json!([{ "Name": "x" }]), "Schema is not served yet"),
        (
            "LambdaConfig",
            json!({ "PreSignUp": "arn:aws:lambda:us-east-1:123456789012:function:f" }),
            "LambdaConfig is not served yet",
        ),
        ("AliasAttributes", json!(["email"]), "AliasAttributes is not served yet"),
        ("UsernameAttributes", json!(["email"]), "UsernameAttributes is not served yet"),
        ("MfaConfiguration", json!("ON"), "MfaConfiguration ON is not served yet"),
        ("MfaConfiguration", json!("OPTIONAL"), "MfaConfiguration OPTIONAL is not served yet"),
        ("DeletionProtection", json!("ACTIVE"), "DeletionProtection ACTIVE is not served yet"),
        (
            "Policies",
            json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] } }),
            "SignInPolicy is not served yet",
        ),
        ("Policies", policy("PasswordHistorySize", json!(3)), "PasswordHistorySize 3 is not served yet"),
    ] {
        let answer = make(&server, json!({ "PoolName": "p", member: value })).await;
        refused(&answer, "InvalidParameterException", message);
    }
    for (member, value) in [
        ("MinimumLength", json!(5)),
        ("MinimumLength", json!(100)),
        ("TemporaryPasswordValidityDays", json!(366)),
    ] {
        let answer = make(&server, json!({ "PoolName": "p", "Policies": policy(member, value) })).await;
        assert_eq!(answer.code(), "InvalidParameterException");
        assert!(answer.member("/message").starts_with("1 validation error detected"), "{}", answer.text());
    }
    let listed = server.idp_by_root("ListUserPools", &json!({ "MaxResults": 60 })).await;
    assert_eq!(listed.json()["UserPools"].as_array().unwrap().len(), 1, "nothing was made");
    let harmless = json!({ "PoolName": "p", "MfaConfiguration": "OFF", "DeletionProtection": "INACTIVE", "Policies": {} });
    assert_eq!(make(&server, harmless).await.status, 200);
}

#[tokio::test]
async fn pools_are_listed_page_by_page() {
    let server = Server::start().await;
    let mut made = vec![user_pool().id.to_string()];
    for number in 0..4 {
        made.push(
            make(&server, json!({ "PoolName": format!("pool {number}") })).await.member("/UserPool/Id"),
        );
    }
    let (mut found, mut token) = (Vec::new(), None::<String>);
    loop {
        let mut input = json!({ "MaxResults": 2 });
        if let Some(token) = &token {
            input["NextToken"] = json!(token);
        }
        let page = server.idp_by_root("ListUserPools", &input).await.json();
        let pools = page["UserPools"].as_array().unwrap().clone();
        assert!(pools.len() <= 2);
        for pool in &pools {
            let names: Vec<&String> = pool.as_object().unwrap().keys().collect();
            assert_eq!(names, ["CreationDate", "Id", "LambdaConfig", "LastModifiedDate", "Name"]);
            found.push(pool["Id"].as_str().unwrap().to_owned());
        }
        token = page["NextToken"].as_str().map(str::to_owned);
        if token.is_none() {
            break;
        }
    }
    made.sort();
    assert_eq!(found, made);
    for made_up in ["made-up", "AAAA"] {
        let answer =
            server.idp_by_root("ListUserPools", &json!({ "MaxResults": 1, "NextToken": made_up })).await;
        refused(&answer, "InvalidParameterException", "Invalid NextToken.");
    }
}

#[tokio::test]
async fn a_deleted_pool_is_gone_with_all_that_was_in_it() {
    let server = Server::start().await;
    let pool = json!({ "UserPoolId": user_pool().id });
    let sign_in = json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client().id,
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    });
    let signed_in = server.idp("InitiateAuth", &sign_in).await;
    let deleted = server.idp_by_root("DeleteUserPool", &pool).await;
    assert_eq!((deleted.status, deleted.text()), (200, ""), "it has no output, not even an empty one");
    let gone = format!("User pool {} does not exist.", user_pool().id);
    for (operation, more) in [
        ("DescribeUserPool", json!({})),
        ("DeleteUserPool", json!({})),
        ("ListUserPoolClients", json!({})),
        ("CreateUserPoolClient", json!({ "ClientName": "new" })),
        ("DescribeUserPoolClient", json!({ "ClientId": client().id })),
        ("DeleteUserPoolClient", json!({ "ClientId": client().id })),
        ("AdminCreateUser", json!({ "Username": "bob", "MessageAction": "SUPPRESS" })),
        ("AdminGetUser", json!({ "Username": "alice" })),
        ("AdminSetUserPassword", json!({ "Username": "alice", "Password": PASSWORD })),
    ] {
        let mut input = pool.clone();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        refused(&server.idp_by_root(operation, &input).await, "ResourceNotFoundException", &gone);
    }
    let refresh = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": client().id,
        "AuthParameters": { "REFRESH_TOKEN": signed_in.member("/AuthenticationResult/RefreshToken") },
    });
    for input in [sign_in, refresh] {
        let message = format!("User pool client {} does not exist.", client().id);
        refused(&server.idp("InitiateAuth", &input).await, "ResourceNotFoundException", &message);
    }
    removal::finish(&server.app).await.unwrap();
    server
        .write(|records| {
            use domain::records::{UserPools, UserSessions};
            let (pool, name) = (user_pool().id, testkit::user_pool::user().username);
            assert!(records.user(&pool, &name).is_ok_and(|user| user.is_none()));
            assert!(records.client(&client().id).is_ok_and(|client| client.is_none()));
            assert!(records.user_sessions(&pool, &name, 9).is_ok_and(|sessions| sessions.is_empty()));
            assert!(records.is_being_removed(&pool).is_ok_and(|is_being_removed| !is_being_removed));
        })
        .await;
}

/// Makes no key before it is let.
struct Held(Arc<Mutex<()>>);

impl KeyMaker for Held {
    fn make_rsa(&self) -> Result<FreshKey, Breakdown> {
        let _let = self.0.blocking_lock();
        Ok(RsaKey::Stranger.fresh())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_too_many_pools_wait_for_their_keys_the_next_is_turned_away() {
    let mut server = Server::start().await;
    let gate = Arc::new(Mutex::new(()));
    server.app.key_making = KeyMaking::new(Arc::new(Held(gate.clone())));
    let server = Arc::new(server);
    let mut making = JoinSet::new();
    let mut turned_away = Vec::new();
    {
        let _closed = gate.lock().await;
        for number in 0..12 {
            let server = Arc::clone(&server);
            making.spawn(async move { make(&server, json!({ "PoolName": format!("pool {number}") })).await });
        }
        for _ in 0..3 {
            turned_away.push(making.join_next().await.unwrap().unwrap());
        }
    }
    for answer in &turned_away {
        refused(answer, "TooManyRequestsException", "Rate exceeded");
    }
    let made = making.join_all().await;
    assert!(made.len() == 9 && made.iter().all(|answer| answer.status == 200), "those who waited are served");
}

#[tokio::test]
async fn what_a_pool_and_a_client_were_told_is_on_record() {
    let server = Server::start().await;
    let asked = json!({
        "PoolName": "recorded",
        "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireNumbers": true } },
    });
    let pool = make(&server, asked).await.member("/UserPool/Id");
    let last = || serde_json::from_str::<Value>(&server.sink.lines().pop().unwrap()).unwrap();
    let settings = &last()["requestParameters"]["settings"];
    assert_eq!(settings["PoolName"], "recorded");
    let passwords = &settings["Policies"]["PasswordPolicy"];
    assert_eq!((&passwords["MinimumLength"], &passwords["RequireNumbers"]), (&json!(12), &json!(true)));
    let asked = json!({
        "UserPoolId": pool, "ClientName": "app", "GenerateSecret": true, "WriteAttributes": ["name"],
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "RefreshTokenValidity": 7,
        "TokenValidityUnits": { "RefreshToken": "days" }, "PreventUserExistenceErrors": "ENABLED",
    });
    let made = server.idp_by_root("CreateUserPoolClient", &asked).await;
    let secret = made.member("/UserPoolClient/ClientSecret");
    let record = last();
    for (name, value) in asked.as_object().unwrap() {
        let told = &record["requestParameters"]["settings"][name];
        match value.as_object() {
            Some(members) => {
                members.iter().for_each(|(name, value)| assert_eq!(told[name], *value, "{name}"))
            }
            None => assert_eq!(told, value, "{name}"),
        }
    }
    assert!(!record.to_string().contains(&secret));
    let client = made.member("/UserPoolClient/ClientId");
    let gone = json!({ "UserPoolId": pool, "ClientId": client });
    assert_eq!(server.idp_by_root("DeleteUserPoolClient", &gone).await.status, 200);
    assert_eq!(last()["requestParameters"]["clientId"], client);
}
