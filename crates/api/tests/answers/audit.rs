//! What is on record, and that nothing leaves that is not.

use crate::access::request;
use crate::support::{Ask, POOL, PROVIDER, Server, alices_login, form, own_service, to};
use domain::time::Span;
use serde_json::{Value, json};
use testkit::iam::signed_in_role;
use testkit::user_pool::{PASSWORD, client};

fn records(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn sign_in() -> Value {
    json!({
        "AuthFlow": "USER_PASSWORD_AUTH",
        "ClientId": client().id,
        "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
    })
}

#[tokio::test]
async fn no_credential_leaves_when_it_cannot_be_put_on_record() {
    let server = Server::start().await;
    let id = server.alices_id().await;
    server.sink.break_down();
    let input = json!({ "IdentityId": id, "Logins": alices_login() });
    for answer in [
        server.identity("GetCredentialsForIdentity", &input).await,
        server.idp("InitiateAuth", &sign_in()).await,
    ] {
        assert_eq!((answer.status, answer.code().as_str()), (500, "InternalErrorException"));
        assert_eq!(answer.text(), r#"{"__type":"InternalErrorException"}"#);
        for secret in ["AccessKeyId", "SecretKey", "SessionToken", "IdToken", "ASIA", "eyJ", "disk"] {
            assert!(!answer.text().contains(secret), "{}", answer.text());
            assert!(!answer.head().contains(secret), "{}", answer.head());
        }
    }
}

#[tokio::test]
async fn no_denial_leaves_when_it_cannot_be_put_on_record() {
    let server = Server::start().await;
    let guest = server.guest().await;
    server.sink.break_down();
    let answer =
        server.identity("GetId", &json!({ "IdentityPoolId": POOL, "Logins": { PROVIDER: "x" } })).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "InternalErrorException"));
    let answer = server.s3(&guest, Ask::new("DELETE", "/my-bucket")).await;
    assert_eq!((answer.status, answer.code().as_str()), (500, "InternalError"));
    let allowed = server.s3(&guest, Ask::new("GET", "/my-bucket/public/hello.txt")).await;
    assert_eq!(allowed.status, 200, "what is merely allowed is not written");
}

#[tokio::test]
async fn an_issuance_is_on_record_with_who_what_and_why() {
    let server = Server::start().await;
    let held = server.alice().await;
    let id = server.alices_id().await;
    let lines = server.sink.lines();
    let record = records(&lines).pop().unwrap();
    let details = json!({
        "identityPoolId": POOL,
        "logins": [{
            "provider": PROVIDER,
            "subject": "a11ce000-0000-4000-8000-000000000001",
            "client": "1example23456789abcdefghij",
        }],
        "decision": "allowed",
        "reason": "allowed by statement 0 of `trust policy of role signed-in`",
        "role": "arn:aws:iam::123456789012:role/signed-in",
        "sessionPolicies": [],
        "roleChosenBy": "the pool, for whoever proved a login",
        "amr": ["authenticated", PROVIDER, format!("{PROVIDER}:CognitoSignIn:a11ce000-0000-4000-8000-000000000001")],
    });
    assert_eq!(record["additionalEventData"], details);
    assert_eq!(record["eventVersion"], "1.11");
    assert_eq!(record["eventSource"], "cognito-identity.amazonaws.com");
    assert_eq!(record["eventName"], "GetCredentialsForIdentity");
    assert_eq!(record["eventTime"], "2026-01-02T03:04:05Z");
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["sourceIPAddress"], "192.0.2.1");
    assert_eq!(record["recipientAccountId"], "123456789012");
    assert_eq!(record["requestParameters"], json!({ "identityId": id, "logins": [PROVIDER] }));
    let expiration = "2026-01-02T04:04:05Z";
    let elements = json!({ "identityId": id, "accessKeyId": held.id, "expiration": expiration });
    assert_eq!(record["responseElements"], elements);
}

#[tokio::test]
async fn a_record_carries_the_id_that_the_caller_was_given() {
    let server = Server::start().await;
    let guest = server.guest().await;
    let answer = server.s3(&guest, Ask::new("DELETE", "/my-bucket")).await;
    let record = records(&server.sink.lines()).pop().unwrap();
    assert_eq!(record["requestID"].as_str(), answer.header("x-amz-request-id"));
}

#[tokio::test]
async fn a_denial_is_on_record_with_its_reason_which_the_caller_is_not_told() {
    let server = Server::start().await;
    let guest = server.guest().await;
    let answer = server.s3(&guest, Ask::new("DELETE", "/my-bucket").header("user-agent", "curl")).await;
    let reason = "no identity-based policy allows it";
    assert_eq!(answer.element("Message"), Some("Access Denied"));
    assert!(!answer.text().contains(reason));
    let record = records(&server.sink.lines()).pop().unwrap();
    assert_eq!(record["eventSource"], "s3.amazonaws.com");
    assert_eq!(record["eventName"], "DeleteBucket");
    assert_eq!(record["errorCode"], "AccessDenied");
    assert_eq!(record["userAgent"], "curl");
    assert_eq!(record["requestParameters"], json!({ "bucketName": "my-bucket" }));
    let details = json!({
        "action": "s3:DeleteBucket",
        "resource": "arn:aws:s3:::my-bucket",
        "reason": reason,
        "decision": "denied",
        "stage": "Access",
        "diagnosis": {
            "cause": "ActionNotAllowed",
            "expected": "s3:DeleteBucket",
            "found": "s3:ListBucket",
            "statement": "statement `List` (0) of `policy access of role guest`",
        },
        "sessionPolicies": [
            "guest scope-down", "arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy",
        ],
    });
    assert_eq!(record["additionalEventData"], details);
    let who = &record["userIdentity"];
    assert_eq!(who["type"], "AssumedRole");
    assert_eq!(who["arn"], "arn:aws:sts::123456789012:assumed-role/guest/CognitoIdentityCredentials");
    assert_eq!(who["accessKeyId"], guest.id.as_str());
    let provider = &who["sessionContext"]["webIdFederationData"]["federatedProvider"];
    assert_eq!(provider, "cognito-identity.amazonaws.com");
}

#[tokio::test]
async fn a_denial_names_whose_access_key_it_is_said_to_be_and_whose_session_has_ended() {
    let server = Server::start().await;
    let guest = server.guest().await;
    let mut thief = guest.clone();
    thief.secret = "guessed".to_owned();
    server.s3(&thief, Ask::new("GET", "/my-bucket")).await;
    let record = records(&server.sink.lines()).pop().unwrap();
    assert_eq!(record["userIdentity"], json!({ "type": "Unknown", "accessKeyId": guest.id }));

    server.wait(Span::from_hours(1));
    let answer = server.s3(&guest, Ask::new("GET", "/my-bucket")).await;
    assert_eq!(answer.code(), "ExpiredToken");
    let record = records(&server.sink.lines()).pop().unwrap();
    assert_eq!(record["userIdentity"]["type"], "AssumedRole");
    assert_eq!(record["userIdentity"]["accessKeyId"], guest.id.as_str());
}

#[tokio::test]
async fn a_denied_listing_is_on_record_with_the_keys_that_it_was_decided_by() {
    let server = Server::start().await;
    let wrong = server.in_wrong_role().await;
    let long = "p".repeat(1020);
    server.s3(&wrong, Ask::new("GET", &format!("/my-bucket?prefix={long}&delimiter=%2F"))).await;
    let record = records(&server.sink.lines()).pop().unwrap();
    let keys = json!({ "s3:prefix": long, "s3:delimiter": "/" });
    assert_eq!(record["additionalEventData"]["conditionKeys"], keys);
}

#[tokio::test]
async fn a_name_is_on_record_only_if_somebody_has_it() {
    let server = Server::start().await;
    let hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";
    for (typed, recorded) in [("alice", "alice"), ("my-own-password", hidden)] {
        for wrong in 0..7 {
            let mut input = sign_in();
            input["AuthParameters"] = json!({ "USERNAME": typed, "PASSWORD": "wrong" });
            server.idp("InitiateAuth", &input).await;
            let line = server.sink.lines().pop().unwrap();
            let record = records(std::slice::from_ref(&line)).pop().unwrap();
            assert_eq!(record["requestParameters"]["username"], recorded, "attempt {wrong}");
            let locked = record["additionalEventData"]["reason"] == "too many failed attempts lately";
            assert_eq!(locked, wrong >= 5, "{line}");
            assert_eq!(line.contains(typed), typed == recorded, "{line}");
        }
    }
    assert!(server.app.audit.recent().iter().all(|line| !line.contains("my-own-password")));
}

#[tokio::test]
async fn nobody_makes_a_record_long_by_asking_for_much() {
    let server = Server::start().await;
    let long = "A".repeat(500_000);
    let twice = form("sts", "GetCallerIdentity", &[(&long, "1"), (&long, "2")]);
    let answer = server.answer(twice).await;
    assert!(answer.text().len() < 1000, "{} bytes are answered", answer.text().len());
    let object = format!("<Object><Key>{}</Key></Object>", "&#1;".repeat(480));
    let body = format!("<Delete>{}</Delete>", object.repeat(1000));
    let ask = Ask::new("POST", "/my-bucket?delete").document(&body);
    let answer = server.s3(&server.guest().await, ask).await;
    assert_eq!(answer.status, 200, "{}", answer.code());
    let record = records(&server.sink.lines()).pop().unwrap();
    assert_eq!(record["additionalEventData"]["deniedCount"], 1000);
    let told = record["additionalEventData"]["denied"].as_array().unwrap().len();
    assert!((2..=20).contains(&told), "{told} denials are told one by one");
    let everything: Vec<String> = (0..120_000).map(|number| number.to_string()).collect();
    let unlinking =
        json!({ "IdentityId": server.alices_id().await, "Logins": {}, "LoginsToRemove": everything });
    let answer = server.identity("UnlinkIdentity", &unlinking).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "NotAuthorizedException"));
    let unknown = format!("<{long}/>");
    server.s3(&server.root(), Ask::new("POST", "/my-bucket?delete").document(&unknown)).await;
    for line in server.sink.lines().iter().chain(&server.app.audit.recent()) {
        assert!(line.len() < 64 * 1024, "a record has {} bytes", line.len());
    }
}

#[tokio::test]
async fn every_kind_of_denial_is_on_record() {
    let server = Server::start().await;
    let mut nobody = server.root();
    nobody.secret = "guessed".to_owned();
    let login = json!({ "IdentityPoolId": POOL, "Logins": { PROVIDER: "x" } });
    let mut wrong = sign_in();
    wrong["AuthParameters"]["PASSWORD"] = json!("wrong");
    let codes = [
        (server.answer(Ask::new("GET", "/my-bucket")).await.code(), "AWSAccount"),
        (server.s3(&nobody, Ask::new("GET", "/my-bucket")).await.code(), "Unknown"),
        (server.identity("GetId", &login).await.code(), "Unknown"),
        (server.idp("InitiateAuth", &wrong).await.code(), "Unknown"),
    ]
    .map(|(code, who)| (code, who.to_owned()));
    let lines = records(&server.sink.lines());
    let recorded: Vec<(String, String)> = lines
        .iter()
        .map(|record| {
            [&record["errorCode"], &record["userIdentity"]["type"]]
                .map(|text| text.as_str().unwrap().to_owned())
        })
        .map(|[code, who]| (code, who))
        .collect();
    assert_eq!(recorded, codes);
    assert!(lines.iter().all(|record| record["additionalEventData"]["decision"] == "denied"));
}

/// Operations that change who may do what, or what there is, told by their names.
fn managing(server: &Server) -> Vec<&'static str> {
    let begins = ["Create", "Delete", "Put", "Update", "Set", "Admin", "Rotate", "Backup"];
    let is_no_change = ["AdminGetUser", "PutObject", "DeleteObject", "DeleteObjects"];
    let all = server.app.services.all().into_iter().flat_map(|service| service.operations);
    all.map(|operation| operation.name)
        .filter(|name| begins.iter().any(|begin| name.starts_with(begin)) && !is_no_change.contains(name))
        .collect()
}

/// A good request for an operation, by root.
async fn good(server: &Server, operation: &str) -> Ask {
    match operation {
        "DeleteBucket" => {
            server.s3(&server.root(), Ask::new("PUT", "/spare-bucket")).await;
            Ask::new("DELETE", "/spare-bucket")
        }
        _ => request(server, operation).await,
    }
}

#[tokio::test]
async fn whatever_changes_who_may_do_what_is_on_record() {
    let server = Server::start().await;
    let operations = managing(&server);
    assert!(operations.len() > 20, "{operations:?}");
    for operation in operations {
        let ask = good(&server, operation).await;
        let before = server.sink.lines().len();
        let answer = server.signed(&server.root(), ask).await;
        assert!(answer.status < 300, "{operation}: {}", answer.text());
        let lines = records(&server.sink.lines()[before..]);
        let [record] = &lines[..] else { panic!("{operation} leaves {} lines", lines.len()) };
        assert_eq!(record["eventName"], operation);
        assert_eq!(record["userIdentity"]["type"], "Root", "{operation}");
        assert_eq!(record["additionalEventData"]["decision"], "allowed", "{operation}");
        assert_eq!(
            (&record["eventCategory"], &record["managementEvent"]),
            (&json!("Management"), &json!(true)),
            "{operation}"
        );
    }
}

#[tokio::test]
async fn a_change_of_who_may_do_what_is_on_record_with_what_it_changed() {
    let server = Server::start().await;
    let asked = async |ask: Ask| {
        let answer = server.signed(&server.root(), ask).await;
        assert!(answer.status < 300, "{}", answer.text());
        records(&server.sink.lines()).pop().unwrap()["requestParameters"].clone()
    };
    let policy = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let told = json!({
        "sha256": "ba9ff00b763af0eca73d7912e8f56a14be7c7371b68f7d84bd48f4063fe78e7d",
        "text": policy,
    });
    let update = to(
        "AWSCognitoIdentityService.UpdateIdentityPool",
        json!({
            "IdentityPoolId": POOL,
            "IdentityPoolName": "open",
            "AllowUnauthenticatedIdentities": true,
            "AllowClassicFlow": true,
            "CognitoIdentityProviders": [{ "ProviderName": PROVIDER, "ClientId": client().id }],
        })
        .to_string(),
    );
    let settings = &asked(update).await["settings"];
    assert_eq!(
        [
            &settings["IdentityPoolId"],
            &settings["AllowUnauthenticatedIdentities"],
            &settings["AllowClassicFlow"]
        ],
        [&json!(POOL), &json!(true), &json!(true)]
    );
    assert_eq!(settings["CognitoIdentityProviders"][0]["ClientId"], json!(client().id));
    let input = json!({ "IdentityPoolId": POOL, "Policies": [{ "Name": "own", "Document": policy }] });
    let scope_down = asked(own_service("PutGuestScopeDown").body(input.to_string())).await;
    assert_eq!(scope_down["policies"], json!([{ "name": "own", "document": told }]));
    let of_role = [("RoleName", "guest"), ("PolicyName", "p"), ("PolicyDocument", policy)];
    let put = asked(form("iam", "PutRolePolicy", &of_role)).await;
    assert_eq!(put, json!({ "policyName": "p", "policyDocument": told }));
    let long = policy.replace(r#""*""#, &format!("\"arn:aws:s3:::{}\"", "b".repeat(2000)));
    let put = asked(form("iam", "PutRolePolicy", &[of_role[0], of_role[1], ("PolicyDocument", &long)])).await;
    assert_eq!(put["policyDocument"]["text"], long.chars().take(1024).collect::<String>());
    let trust = signed_in_role().trust;
    let updated = [("RoleName", "signed-in"), ("PolicyDocument", trust.as_str())];
    let updated = asked(form("iam", "UpdateAssumeRolePolicy", &updated)).await;
    assert_eq!(updated["policyDocument"]["text"], trust);
}

#[tokio::test]
async fn no_change_of_who_may_do_what_is_acknowledged_when_it_cannot_be_put_on_record() {
    let server = Server::start().await;
    for operation in managing(&server) {
        let ask = good(&server, operation).await;
        server.sink.break_down();
        let answer = server.signed(&server.root(), ask).await;
        server.sink.mend();
        assert_eq!(answer.status, 500, "{operation}: {}", answer.text());
    }
}

#[tokio::test]
async fn what_is_merely_allowed_or_refused_stays_in_memory() {
    let server = Server::start().await;
    let alice = server.alice().await;
    let before = server.sink.lines().len();
    server.app.audit.forget_recent();
    server.s3(&alice, Ask::new("GET", "/my-bucket/public/hello.txt")).await;
    server.s3(&alice, Ask::new("GET", "/my-bucket/public/absent")).await;
    server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await;
    server.identity("GetId", &json!({})).await;
    assert_eq!(server.sink.lines().len(), before);
    let recent = records(&server.app.audit.recent());
    let decisions: Vec<&str> =
        recent.iter().filter_map(|record| record["additionalEventData"]["decision"].as_str()).collect();
    assert!(recent.iter().all(|record| record["additionalEventData"]["reason"].is_string()));
    assert_eq!(decisions, ["allowed", "refused", "allowed", "refused"]);
    let reason = "allowed by statement `ReadPublic` (1) of `policy access of role signed-in`";
    assert_eq!(recent[0]["additionalEventData"]["reason"], reason);
}

#[tokio::test]
async fn memory_holds_the_last_thousand_records_and_no_more() {
    let server = Server::start().await;
    for number in 0..1005 {
        server.answer(Ask::new("GET", &format!("/my-bucket/{number}"))).await;
    }
    let recent = records(&server.app.audit.recent());
    assert_eq!(recent.len(), 1000);
    assert_eq!(recent[0]["requestParameters"]["key"], "5");
}
