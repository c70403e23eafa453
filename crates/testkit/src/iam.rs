//! Roles that an identity pool hands out, and a user with a key.

use crate::entropy::Counting;
use crate::identity_pool::identity_pool_id;
use crate::keys::sealing_key;
use crate::s3::bucket;
use crate::{NOW, account};
use domain::arn::PolicyArn;
use domain::iam::access_key::{AccessKey, AccessKeyId, KeyStatus, SealedSecretKey};
use domain::iam::id::{PolicyId, RoleId, UserId};
use domain::iam::managed_policy::{ManagedPolicy, PolicyVersion, VersionId};
use domain::iam::path::Path;
use domain::iam::role::{PolicyName, Role, RoleName, SESSION_LIFE};
use domain::iam::user::{User, UserName};
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::IdentityPoolId;
use domain::secret::Secret;
use domain::tag::Tags;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A guest's role: lists [`bucket`] and reads what lies under `public/`.
pub fn guest_role() -> Role {
    role("guest", AuthState::Guest, &json!([listing(), reading_public()]))
}

/// The role of somebody who signed in: also reads and writes what lies under their identity id.
pub fn signed_in_role() -> Role {
    role("signed-in", AuthState::Authenticated, &json!([listing(), reading_public(), own_folder()]))
}

/// An administrator, who may do this.
pub fn administrator(action: &str, resource: &str) -> User {
    let policy = PolicyName::parse("access").unwrap();
    let statement = json!([{ "Effect": "Allow", "Action": action, "Resource": resource }]);
    User {
        name: UserName::parse("administrator").unwrap(),
        id: UserId::draw(&Counting::new()),
        path: Path::parse("/office/").unwrap(),
        policies: BTreeMap::from([(policy, document(&statement).to_string())]),
        attached: BTreeSet::new(),
        boundary: None,
        groups: BTreeSet::new(),
        tags: Tags::default(),
        created: NOW,
    }
}

/// A key of a user, whose secret is sealed with [`sealing_key`](crate::keys::sealing_key), and the secret.
pub fn access_key(user: &User) -> (AccessKey, String) {
    let id = AccessKeyId::parse("AKIAUUUUUUUUUUUUUSER").unwrap();
    let secret = Secret::new("the secret of a user's access key".to_owned());
    let sealed = SealedSecretKey::seal(&secret, &id, &sealing_key(), &Counting::new()).unwrap();
    let key = AccessKey {
        id,
        user: user.name.clone(),
        user_id: user.id.clone(),
        secret: sealed,
        status: KeyStatus::Active,
        created: NOW,
    };
    (key, secret.reveal().clone())
}

/// The trust policy by which a role serves the identities of one pool that are in one state.
pub fn trust(pool: &IdentityPoolId, state: AuthState) -> Value {
    let amr = match state {
        AuthState::Authenticated => "authenticated",
        AuthState::Guest => "unauthenticated",
    };
    document(&json!([{
        "Effect": "Allow",
        "Principal": { "Federated": "cognito-identity.amazonaws.com" },
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": { "cognito-identity.amazonaws.com:aud": pool },
            "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": amr },
        },
    }]))
}

/// A managed policy of the account's own that has this name and these statements.
pub fn managed_policy(name: &str, statements: &Value) -> ManagedPolicy {
    let document = document(statements).to_string();
    ManagedPolicy {
        arn: PolicyArn::parse(&format!("arn:aws:iam::{}:policy/{name}", account().id)).unwrap(),
        id: PolicyId::draw(&Counting::new()),
        description: None,
        default: PolicyVersion { id: VersionId::FIRST, document, created: NOW },
        others: Vec::new(),
        newest: VersionId::FIRST,
        created: NOW,
        updated: NOW,
        tags: Tags::default(),
    }
}

/// A policy document with these statements.
pub fn document(statements: &Value) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn role(name: &str, state: AuthState, statements: &Value) -> Role {
    let policy = PolicyName::parse("access").unwrap();
    let entropy = Counting::new();
    let first = RoleId::draw(&entropy);
    let id = match state {
        AuthState::Guest => first,
        AuthState::Authenticated => RoleId::draw(&entropy),
    };
    Role {
        name: RoleName::parse(name).unwrap(),
        id,
        path: Path::root(),
        description: None,
        longest_session: SESSION_LIFE,
        trust: trust(&identity_pool_id(), state).to_string(),
        trusted: Vec::new(),
        policies: BTreeMap::from([(policy, document(statements).to_string())]),
        attached: BTreeSet::new(),
        boundary: None,
        tags: Tags::default(),
        created: NOW,
    }
}

fn listing() -> Value {
    json!({ "Sid": "List", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": arn("") })
}

fn reading_public() -> Value {
    json!({ "Sid": "ReadPublic", "Effect": "Allow", "Action": "s3:GetObject", "Resource": arn("/public/*") })
}

fn own_folder() -> Value {
    json!({
        "Sid": "OwnFolder",
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        "Resource": arn("/${cognito-identity.amazonaws.com:sub}/*"),
    })
}

fn arn(rest: &str) -> String {
    format!("{}{rest}", domain::arn::bucket(&bucket().name))
}
