//! Seeds: a user's own, ones that cannot be used, and ones that broke off.

use crate::support::{
    Ask, BUCKET, Connection, DemoUser, GUESTS_POOL, Start, credentials_of, demo_user, listed_keys,
    pool_login, root_of, send, sign_in, try_credentials, try_identity,
};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

const PASSWORD: &str = "Correct-horse-1";

/// A small seed of a user's own, where everybody may list one bucket on this condition.
fn own_seed(condition: &Value) -> Value {
    let trust = |state: &str| {
        let condition = json!({
            "StringEquals": { "cognito-identity.amazonaws.com:aud": GUESTS_POOL },
            "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": state },
        });
        json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": { "Federated": "cognito-identity.amazonaws.com" }, "Condition": condition }] })
    };
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::own-bucket",
        "Condition": condition }] });
    json!({
        "user_pools": [{
            "id": "us-east-1_XXXXXXXX", "name": "people",
            "clients": [{ "id": "1234567890abcdefghijklmnop", "name": "app", "auth_flows": ["ALLOW_USER_PASSWORD_AUTH"] }],
            "users": [{ "username": "bob", "password": PASSWORD }],
        }],
        "roles": [
            { "name": "users", "trust": trust("authenticated"), "policies": { "list": policy } },
            { "name": "guests", "trust": trust("unauthenticated"), "policies": { "list": policy } },
        ],
        "identity_pools": [{
            "id": GUESTS_POOL, "name": "everybody", "welcomes_guests": true,
            "providers": [{ "user_pool": "people", "client": "app" }],
            "roles": { "authenticated": "users", "unauthenticated": "guests" },
        }],
        "buckets": [{ "name": "own-bucket", "objects": [{ "key": "a b/ü.txt", "body": "own" }] }],
    })
}

/// The same seed in TOML, with its policies as tables.
const OWN_TOML: &str = r#"
[[user_pools]]
id = "us-east-1_XXXXXXXX"
name = "people"
clients = [{ id = "1234567890abcdefghijklmnop", name = "app", auth_flows = ["ALLOW_USER_PASSWORD_AUTH"] }]
users = [{ username = "bob", password = "Correct-horse-1" }]

[[roles]]
name = "users"
[roles.trust]
Version = "2012-10-17"
[[roles.trust.Statement]]
Effect = "Allow"
Action = "sts:AssumeRoleWithWebIdentity"
Principal = { Federated = "cognito-identity.amazonaws.com" }
Condition.StringEquals."cognito-identity.amazonaws.com:aud" = "us-east-1:1234567890abcdef"
Condition."ForAnyValue:StringLike"."cognito-identity.amazonaws.com:amr" = "authenticated"
[roles.policies.list]
Version = "2012-10-17"
Statement = [{ Effect = "Allow", Action = "s3:ListBucket", Resource = "arn:aws:s3:::own-bucket" }]

[[roles]]
name = "guests"
[roles.trust]
Version = "2012-10-17"
[[roles.trust.Statement]]
Effect = "Allow"
Action = "sts:AssumeRoleWithWebIdentity"
Principal = { Federated = "cognito-identity.amazonaws.com" }
Condition.StringEquals."cognito-identity.amazonaws.com:aud" = "us-east-1:1234567890abcdef"
Condition."ForAnyValue:StringLike"."cognito-identity.amazonaws.com:amr" = "unauthenticated"
[roles.policies.list]
Version = "2012-10-17"
Statement = [{ Effect = "Allow", Action = "s3:ListBucket", Resource = "arn:aws:s3:::own-bucket" }]

[[identity_pools]]
id = "us-east-1:1234567890abcdef"
name = "everybody"
welcomes_guests = true
providers = [{ user_pool = "people", client = "app" }]
roles = { authenticated = "users", unauthenticated = "guests" }

[[buckets]]
name = "own-bucket"
objects = [{ key = "a b/ü.txt", body = "own" }]
"#;

/// A server with this seed works as the seed says.
fn it_works(data: &Path, seed: &Path) {
    let server = Start::dev(data).seed(seed).run();
    let user = demo_user(data);
    let client = "1234567890abcdefghijklmnop".to_owned();
    assert_eq!(user, DemoUser { client, name: "bob".to_owned(), password: PASSWORD.to_owned() });
    let login = pool_login(&sign_in(server.address, &user));
    let mut connection = Connection::open(server.address).unwrap();
    for logins in [Some(&login), None] {
        let identity = try_identity(&mut connection, logins).unwrap().member("/IdentityId");
        let held = credentials_of(&try_credentials(&mut connection, &identity, logins).unwrap());
        assert_eq!(listed_keys(&mut connection, "own-bucket", &held), ["a b/ü.txt"]);
    }
    let object = Ask::new("GET", "/own-bucket/a%20b/%C3%BC.txt").signed(&root_of(data));
    assert_eq!(connection.send(&object).unwrap().text(), "own");
    let demo = send(server.address, &Ask::new("HEAD", &format!("/{BUCKET}")).signed(&root_of(data)));
    assert_eq!(demo.status, 404, "there is nothing of the demo");
}

#[test]
fn a_seed_of_ones_own_may_be_toml_or_json() {
    for text in [OWN_TOML.to_owned(), own_seed(&json!({})).to_string()] {
        let folder = tempfile::tempdir().unwrap();
        let seed = folder.path().join("seed");
        fs::write(&seed, text).unwrap();
        it_works(&folder.path().join("data"), &seed);
    }
}

#[test]
fn an_operator_that_there_is_not_is_refused_by_its_name_and_the_seed_can_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    let (seed, data) = (folder.path().join("seed.json"), folder.path().join("data"));
    fs::write(&seed, own_seed(&json!({ "NumericAlmost": { "s3:max-keys": "5" } })).to_string()).unwrap();
    let printed = Start::dev(&data).seed(&seed).refused();
    assert!(printed.contains("NumericAlmost") && !printed.contains("panic"), "{printed}");
    let printed = Start::serve(&data).refused();
    assert!(printed.contains("cenote dev"), "half a seed is not served: {printed}");
    fs::write(&seed, own_seed(&json!({})).to_string()).unwrap();
    it_works(&data, &seed);
}

#[test]
fn a_seed_that_cannot_be_read_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (seed, data) = (folder.path().join("seed"), folder.path().join("data"));
    let printed = Start::dev(&data).seed(&seed).refused();
    assert!(printed.contains(&seed.display().to_string()), "{printed}");
    for text in ["{ \"bukkets\": [] }", "bukkets = []", "{", "[[buckets]]\nname = \"NO\"", "\0"] {
        fs::write(&seed, text).unwrap();
        let printed = Start::dev(&data).seed(&seed).refused();
        assert!(printed.contains("is not right") && !printed.contains("panic"), "{printed}");
    }
    assert!(!data.exists());
}

#[test]
fn a_seed_that_broke_off_is_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let (root, old) = (root_of(folder.path()), demo_user(folder.path()));
    let stray = format!("/{BUCKET}/stray");
    assert_eq!(send(server.address, &Ask::new("PUT", &stray).body("x").signed(&root)).status, 200);
    server.stop();
    fs::write(folder.path().join("seeding"), "").unwrap();
    // As its owner would have written it.
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    fs::set_permissions(folder.path().join("seeding"), private).unwrap();

    let server = Start::dev(folder.path()).run();
    let mut connection = Connection::open(server.address).unwrap();
    assert_eq!(listed_keys(&mut connection, BUCKET, &root), ["public/about.txt", "public/hello.txt"]);
    assert_eq!(sign_in(server.address, &old).status, 400);
    assert_eq!(sign_in(server.address, &demo_user(folder.path())).status, 200);
    assert!(!folder.path().join("seeding").exists());
}
