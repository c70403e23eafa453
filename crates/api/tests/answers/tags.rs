//! Tags of identity pools: how they are written, and who may do what by them.

use crate::support::{Answer, Held, POOL, RIGHT_POOL, Server};
use serde_json::{Value, json};

const ACCOUNT: &str = "arn:aws:cognito-identity:us-east-1:123456789012:identitypool/";

fn arn(pool: &str) -> String {
    format!("{ACCOUNT}{pool}")
}

async fn ask(server: &Server, operation: &str, input: Value) -> Answer {
    server.identity_as(&server.root(), operation, &input).await
}

async fn tagged(server: &Server, pool: &str, tags: Value) {
    let answer = ask(server, "TagResource", json!({ "ResourceArn": arn(pool), "Tags": tags })).await;
    assert_eq!((answer.status, answer.text()), (200, "{}"));
}

async fn shown(server: &Server, pool: &str) -> Value {
    let listed = ask(server, "ListTagsForResource", json!({ "ResourceArn": arn(pool) })).await.json();
    let described = ask(server, "DescribeIdentityPool", json!({ "IdentityPoolId": pool })).await.json();
    assert_eq!(listed["Tags"], described["IdentityPoolTags"]);
    listed["Tags"].clone()
}

#[track_caller]
fn refused(answer: &Answer, code: &str, message: &str) {
    assert_eq!((answer.code().as_str(), answer.member("/message").as_str()), (code, message));
}

fn settings(more: &Value) -> Value {
    let mut input = json!({ "IdentityPoolName": "x", "AllowUnauthenticatedIdentities": true });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn tags_are_given_with_a_pool_written_and_taken_off() {
    let server = Server::start().await;
    let made =
        ask(&server, "CreateIdentityPool", settings(&json!({ "IdentityPoolTags": { "a": "1", "ü b": "" } })))
            .await;
    let pool = made.member("/IdentityPoolId");
    assert_eq!(made.json()["IdentityPoolTags"], json!({ "a": "1", "ü b": "" }));
    tagged(&server, &pool, json!({ "a": "2", "c": "3" })).await;
    tagged(&server, &pool, json!({})).await;
    assert_eq!(shown(&server, &pool).await, json!({ "a": "2", "c": "3", "ü b": "" }));
    let keys = json!({ "ResourceArn": arn(&pool), "TagKeys": ["a", "absent", "a"] });
    let untagged = ask(&server, "UntagResource", keys).await;
    assert_eq!((untagged.status, untagged.text()), (200, "{}"));
    assert_eq!(shown(&server, &pool).await, json!({ "c": "3", "ü b": "" }));
    assert_eq!(shown(&server, POOL).await, json!({}));
}

#[tokio::test]
async fn an_update_leaves_tags_that_it_does_not_say_and_replaces_them_where_it_does() {
    let server = Server::start().await;
    tagged(&server, POOL, json!({ "a": "1", "b": "2" })).await;
    let update = async |more: Value| {
        let mut input = settings(&more);
        input["IdentityPoolId"] = json!(POOL);
        ask(&server, "UpdateIdentityPool", input).await.json()["IdentityPoolTags"].clone()
    };
    assert_eq!(update(json!({})).await, json!({ "a": "1", "b": "2" }));
    assert_eq!(update(json!({ "IdentityPoolTags": { "c": "" } })).await, json!({ "c": "" }));
    assert_eq!(update(json!({ "IdentityPoolTags": {} })).await, json!({}));
}

#[tokio::test]
async fn tags_that_cannot_be_are_refused_and_change_nothing() {
    let server = Server::start().await;
    tagged(&server, POOL, json!({ "a": "1" })).await;
    let many: Value =
        (0..51).map(|n| (format!("key{n}"), json!(""))).collect::<serde_json::Map<_, _>>().into();
    let fifty: Value =
        (0..50).map(|n| (format!("key{n}"), json!(""))).collect::<serde_json::Map<_, _>>().into();
    let key = "is not the key of a tag, which has letters, digits, spaces and _.:/=+-@ and does not begin with aws:";
    let too_many = "there are more than 50 tags";
    let alike = "the keys of two tags differ from `a` in nothing but case";
    for (tags, message) in [
        (json!({ "aws:team": "x" }), format!("`aws:team` {key}")),
        (json!({ "AWS:team": "x" }), format!("`AWS:team` {key}")),
        (json!({ "te*m": "x" }), format!("`te*m` {key}")),
        (
            json!({ "team": "<x>" }),
            "`<x>` is not the value of a tag, which has letters, digits, spaces and _.:/=+-@".to_owned(),
        ),
        (json!({ "A": "2", "a": "3" }), alike.to_owned()),
        (many, too_many.to_owned()),
    ] {
        let input = json!({ "ResourceArn": arn(POOL), "Tags": tags });
        refused(&ask(&server, "TagResource", input).await, "InvalidParameterException", &message);
        let input = settings(&json!({ "IdentityPoolTags": tags }));
        refused(&ask(&server, "CreateIdentityPool", input).await, "InvalidParameterException", &message);
    }
    for (tags, message) in
        [(fifty, too_many), (json!({ "A": "2" }), "the keys of two tags differ from `a` in nothing but case")]
    {
        let answer = ask(&server, "TagResource", json!({ "ResourceArn": arn(POOL), "Tags": tags })).await;
        refused(&answer, "InvalidParameterException", message);
    }
    let keys: Vec<String> = (0..51).map(|n| format!("key{n}")).collect();
    let answer = ask(&server, "UntagResource", json!({ "ResourceArn": arn(POOL), "TagKeys": keys })).await;
    refused(&answer, "InvalidParameterException", too_many);
    assert_eq!(shown(&server, POOL).await, json!({ "a": "1" }));
}

#[tokio::test]
async fn only_a_pool_of_this_server_has_tags() {
    let server = Server::start().await;
    let all = |arn: &str| json!({ "ResourceArn": arn, "Tags": { "a": "b" }, "TagKeys": ["a"] });
    for operation in ["TagResource", "UntagResource", "ListTagsForResource"] {
        for elsewhere in ["us-east-1:999999999999", "eu-west-1:123456789012"] {
            let foreign = arn(POOL).replace("us-east-1:123456789012", elsewhere);
            let answer = ask(&server, operation, all(&foreign)).await;
            refused(&answer, "ResourceNotFoundException", &format!("IdentityPool '{POOL}' not found."));
        }
        let answer = ask(&server, operation, all(&arn("eu-west-1:0"))).await;
        refused(&answer, "ResourceNotFoundException", "IdentityPool 'eu-west-1:0' not found.");
        for no in [POOL, "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI", &arn("*")]
        {
            let message = format!("`{no}` is not the ARN of an identity pool");
            refused(&ask(&server, operation, all(no)).await, "InvalidParameterException", &message);
        }
    }
}

async fn may(server: &Server, held: &Held, operation: &str, input: Value) -> bool {
    let answer = server.identity_as(held, operation, &input).await;
    assert!(
        answer.status == 200 || answer.code() == "AccessDeniedException",
        "{operation}: {}",
        answer.text()
    );
    answer.status == 200
}

#[tokio::test]
async fn a_pools_tags_open_it_to_those_whose_policy_asks_for_them() {
    let server = Server::start().await;
    let condition = json!({ "StringEquals": { "aws:ResourceTag/Team": "blue" } });
    let held = server
        .in_role_with(json!([{ "Effect": "Allow", "Action": "cognito-identity:*", "Resource": "*", "Condition": condition }]))
        .await;
    let input = |pool: &str| {
        let more = json!({ "IdentityPoolId": pool, "MaxResults": 1, "ResourceArn": arn(pool), "Tags": {}, "TagKeys": [] });
        settings(&more)
    };
    let operations = [
        "DescribeIdentityPool",
        "GetIdentityPoolRoles",
        "ListIdentities",
        "ListTagsForResource",
        "TagResource",
        "UntagResource",
        "UpdateIdentityPool",
    ];
    for (tags, opened) in
        [(json!({}), false), (json!({ "team": "red" }), false), (json!({ "team": "blue" }), true)]
    {
        tagged(&server, POOL, tags).await;
        for operation in operations {
            assert_eq!(may(&server, &held, operation, input(POOL)).await, opened, "{operation}");
            assert!(!may(&server, &held, operation, input(RIGHT_POOL)).await, "{operation} on another pool");
        }
    }
    let foreign = json!({ "ResourceArn": arn(POOL).replace("123456789012", "999999999999") });
    assert!(
        !may(&server, &held, "ListTagsForResource", foreign).await,
        "a pool of elsewhere has no tags here"
    );
    assert!(may(&server, &held, "DeleteIdentityPool", input(POOL)).await);
    assert!(!may(&server, &held, "DeleteIdentityPool", input(POOL)).await, "what is gone has no tags");
}

#[tokio::test]
async fn tags_are_written_by_those_whose_policy_asks_for_these_and_no_others() {
    let server = Server::start().await;
    let asked = json!({
        "StringEquals": { "aws:RequestTag/team": "blue" },
        "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "env"] },
    });
    let held = server
        .in_role_with(json!([
            { "Effect": "Allow", "Action": ["cognito-identity:TagResource", "cognito-identity:CreateIdentityPool"], "Resource": "*", "Condition": asked },
            { "Effect": "Allow", "Action": "cognito-identity:UntagResource", "Resource": arn(POOL), "Condition": { "ForAllValues:StringEquals": { "aws:TagKeys": "env" } } },
        ]))
        .await;
    for (tags, allowed) in [
        (json!({ "team": "blue" }), true),
        (json!({ "team": "blue", "env": "any" }), true),
        (json!({ "team": "red" }), false),
        (json!({ "env": "any" }), false),
        (json!({ "team": "blue", "cost": "any" }), false),
        (json!({}), false),
    ] {
        let tagging = json!({ "ResourceArn": arn(POOL), "Tags": tags });
        assert_eq!(may(&server, &held, "TagResource", tagging).await, allowed, "{tags}");
        let creating = settings(&json!({ "IdentityPoolTags": tags }));
        assert_eq!(may(&server, &held, "CreateIdentityPool", creating).await, allowed, "{tags}");
    }
    for (keys, allowed) in [(json!(["env"]), true), (json!(["team"]), false), (json!(["env", "team"]), false)]
    {
        let untagging = json!({ "ResourceArn": arn(POOL), "TagKeys": keys });
        assert_eq!(may(&server, &held, "UntagResource", untagging).await, allowed, "{keys}");
    }
    let record: Value = serde_json::from_str(&server.app.audit.recent().pop().unwrap()).unwrap();
    let keys = &record["additionalEventData"]["conditionKeys"];
    assert_eq!(keys["aws:TagKeys"], json!(["env", "team"]));
    assert_eq!(keys["aws:ResourceTag/team"], "blue");
}

#[tokio::test]
async fn who_may_make_or_change_a_pool_may_not_tag_it_for_that() {
    let server = Server::start().await;
    let allow = |actions: Value| json!({ "Effect": "Allow", "Action": actions, "Resource": "*" });
    let plain = json!(["cognito-identity:CreateIdentityPool", "cognito-identity:UpdateIdentityPool"]);
    tagged(&server, POOL, json!({ "team": "blue" })).await;
    let create = settings(&json!({ "IdentityPoolTags": { "team": "blue" } }));
    let update = |tags: Value| settings(&json!({ "IdentityPoolId": POOL, "IdentityPoolTags": tags }));
    let (added, changed, same) =
        (json!({ "team": "blue", "env": "x" }), json!({ "team": "red" }), json!({ "team": "blue" }));

    let held = server.in_role_with(json!([allow(plain.clone())])).await;
    assert!(may(&server, &held, "CreateIdentityPool", settings(&json!({ "IdentityPoolTags": {} }))).await);
    assert!(may(&server, &held, "UpdateIdentityPool", update(same.clone())).await, "nothing changes");
    let denied = server.identity_as(&held, "CreateIdentityPool", &create).await;
    assert_eq!(denied.code(), "AccessDeniedException");
    assert!(denied.member("/message").contains("cognito-identity:TagResource"), "{}", denied.text());
    for tags in [&added, &changed, &json!({})] {
        assert!(!may(&server, &held, "UpdateIdentityPool", update(tags.clone())).await, "{tags}");
        assert_eq!(shown(&server, POOL).await, same);
    }
    let pools = ask(&server, "ListIdentityPools", json!({ "MaxResults": 60 })).await.json();
    assert_eq!(pools["IdentityPools"].as_array().unwrap().len(), 4, "the one with tags was not made");

    let held = server
        .in_role_with(json!([allow(plain.clone()), allow(json!("cognito-identity:TagResource"))]))
        .await;
    assert!(may(&server, &held, "CreateIdentityPool", create).await);
    assert!(may(&server, &held, "UpdateIdentityPool", update(added)).await);
    assert!(
        !may(&server, &held, "UpdateIdentityPool", update(json!({ "team": "blue" }))).await,
        "a tag goes"
    );
    let record: Value = serde_json::from_str(&server.app.audit.recent().pop().unwrap()).unwrap();
    assert_eq!(record["additionalEventData"]["action"], "cognito-identity:UntagResource");
    assert_eq!(record["additionalEventData"]["decision"], "denied");
    let held =
        server.in_role_with(json!([allow(plain), allow(json!("cognito-identity:UntagResource"))])).await;
    assert!(may(&server, &held, "UpdateIdentityPool", update(same)).await);
    assert!(!may(&server, &held, "UpdateIdentityPool", update(changed)).await);
}
