//! The access matrix: every served operation, asked for by every kind of caller.

use crate::support::{Ask, Held, POOL, Server, to};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::user_pool::{PASSWORD, client};

const CALLERS: [&str; 5] = ["anonymous", "guest", "signed in", "wrong role", "root"];

/// A service, an operation, and the code that each of the callers gets. HEAD has no body to put a code in.
type Row = (&'static str, &'static str, [&'static str; 5]);

const MATRIX: &[Row] = &[
    ("cognito-identity", "GetCredentialsForIdentity", ["200", "200", "200", "200", "200"]),
    ("cognito-identity", "GetId", ["200", "200", "200", "200", "200"]),
    ("cognito-idp", "InitiateAuth", ["200", "200", "200", "200", "200"]),
    (
        "s3",
        "DeleteBucket",
        ["AccessDenied", "AccessDenied", "AccessDenied", "AccessDenied", "BucketNotEmpty"],
    ),
    ("s3", "DeleteObject", ["AccessDenied", "AccessDenied", "204", "AccessDenied", "204"]),
    ("s3", "GetObject", ["AccessDenied", "200", "200", "AccessDenied", "200"]),
    ("s3", "HeadBucket", ["403", "200", "200", "403", "200"]),
    ("s3", "HeadObject", ["403", "200", "200", "403", "200"]),
    ("s3", "ListObjects", ["AccessDenied", "200", "200", "AccessDenied", "200"]),
    ("s3", "ListObjectsV2", ["AccessDenied", "200", "200", "AccessDenied", "200"]),
    ("s3", "PutObject", ["AccessDenied", "AccessDenied", "200", "AccessDenied", "200"]),
];

/// A good request for an operation; alice's own folder is where things are written and deleted.
async fn request(server: &Server, operation: &str) -> Ask {
    let own = format!("/my-bucket/{}/note", server.alices_id().await);
    let json = |service: &str, input: &Value| to(&format!("{service}.{operation}"), input.to_string());
    match operation {
        "GetCredentialsForIdentity" => {
            let id = server.identity("GetId", &json!({ "IdentityPoolId": POOL })).await.member("/IdentityId");
            json("AWSCognitoIdentityService", &json!({ "IdentityId": id }))
        }
        "GetId" => json("AWSCognitoIdentityService", &json!({ "IdentityPoolId": POOL })),
        "InitiateAuth" => json(
            "AWSCognitoIdentityProviderService",
            &json!({
                "AuthFlow": "USER_PASSWORD_AUTH",
                "ClientId": client().id,
                "AuthParameters": { "USERNAME": "alice", "PASSWORD": PASSWORD },
            }),
        ),
        "DeleteBucket" => Ask::new("DELETE", "/my-bucket"),
        "DeleteObject" => Ask::new("DELETE", &own),
        "GetObject" => Ask::new("GET", "/my-bucket/public/hello.txt"),
        "HeadBucket" => Ask::new("HEAD", "/my-bucket"),
        "HeadObject" => Ask::new("HEAD", "/my-bucket/public/hello.txt"),
        "ListObjects" => Ask::new("GET", "/my-bucket"),
        "ListObjectsV2" => Ask::new("GET", "/my-bucket?list-type=2"),
        "PutObject" => Ask::new("PUT", &own).body("note"),
        unknown => panic!("no request is known for {unknown}"),
    }
}

async fn credentials(server: &Server, caller: &str) -> Option<Held> {
    match caller {
        "guest" => Some(server.guest().await),
        "signed in" => Some(server.alice().await),
        "wrong role" => Some(server.in_wrong_role().await),
        "root" => Some(server.root()),
        _ => None,
    }
}

#[tokio::test]
async fn every_operation_answers_every_kind_of_caller_as_the_matrix_says() {
    let server = Server::start().await;
    let mut wrong = Vec::new();
    for (_, operation, codes) in MATRIX {
        for (caller, expected) in CALLERS.into_iter().zip(codes) {
            let ask = request(&server, operation).await;
            let answer = match credentials(&server, caller).await {
                Some(held) => server.s3(&held, ask).await,
                None => server.answer(ask).await,
            };
            if answer.code() != *expected {
                wrong.push(format!("{operation}, {caller}: {} instead of {expected}", answer.code()));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[tokio::test]
async fn the_matrix_has_a_row_for_every_operation_that_is_served_and_for_no_other() {
    let server = Server::start().await;
    let mut served = BTreeSet::new();
    for service in server.app.services.all() {
        served.extend(service.operations.iter().map(|operation| (service.name, operation.name)));
    }
    let rows: BTreeSet<(&str, &str)> = MATRIX.iter().map(|(service, name, _)| (*service, *name)).collect();
    assert_eq!(rows, served);
    assert_eq!(rows.len(), MATRIX.len());
}
