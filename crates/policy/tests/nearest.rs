//! What is told of the statement that came nearest to allowing a request.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use policy::{Context, Document, KeptBy, Kind, Layer, Named, Nearest, Principal, Request, nearest};
use serde_json::{Value, json};

const POOLS: &str = "cognito-identity.amazonaws.com";

fn kept(kind: Kind, statements: Value, context: &Context<'_>) -> Option<Nearest> {
    let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
    let document = Document::parse(&text, kind).unwrap();
    let (layer, action) = match kind {
        Kind::Trust => (Layer::Trust, "sts:AssumeRoleWithWebIdentity"),
        Kind::Identity | Kind::Session | Kind::Resource => (Layer::Identity, "s3:GetObject"),
    };
    let principal = Principal::Federated(POOLS);
    let request = Request { principal, action, resource: "arn:aws:s3:::b/k", context };
    nearest(&request, layer, &[Named { name: "p", document: &document }])
}

fn kept_by(kind: Kind, statements: Value, context: &Context<'_>) -> KeptBy {
    kept(kind, statements, context).unwrap().kept_by
}

fn allow(action: &str, resource: &str) -> Value {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

#[test]
fn the_statement_of_which_most_was_met_is_the_nearest_and_the_first_of_equals() {
    let statements = json!([
        allow("s3:PutObject", "*"),
        { "Sid": "Near", "Effect": "Allow", "Action": "s3:Get*", "Resource": ["arn:aws:s3:::b/${k:sub}/*", "arn:aws:s3:::c"] },
        allow("s3:GetObject", "arn:aws:s3:::d"),
    ]);
    let Nearest { statement, kept_by } = kept(Kind::Identity, statements, &Context::new()).unwrap();
    assert_eq!(statement.to_string(), "statement `Near` (1) of `p`");
    let listed = ["arn:aws:s3:::b/${k:sub}/*", "arn:aws:s3:::c"].map(str::to_owned).to_vec();
    assert_eq!(kept_by, KeptBy::Resource { listed });
}

#[test]
fn a_condition_tells_what_it_lists_and_what_the_request_has() {
    let statement = |operator: &str, value: Value| json!([{ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": { operator: { "K:Sub": value } } }]);
    let told = |operator, value, context: &Context<'_>| {
        let kept_by = kept_by(Kind::Identity, statement(operator, value), context);
        let KeptBy::Condition { key, listed, found } = kept_by else { panic!("{kept_by:?}") };
        (key, listed, found)
    };
    let here = Context::new().with("k:sub", "you");
    let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        told("StringLike", json!(["me*", "?"]), &here),
        ("k:sub".into(), texts(&["me*", "?"]), Some(texts(&["you"])))
    );
    assert_eq!(told("StringEquals", json!("me"), &Context::new()), ("k:sub".into(), texts(&["me"]), None));
    assert_eq!(told("StringNotEquals", json!("you"), &here).1, texts(&["not you"]));
    assert_eq!(told("NumericLessThan", json!("1"), &Context::new()), ("k:sub".into(), Vec::new(), None));
}

#[test]
fn a_trust_policy_tells_the_actions_and_callers_that_it_means() {
    let trust = |action: &str, principal: Value| json!([{ "Effect": "Allow", "Action": action, "Principal": principal }]);
    let accounts = json!({ "AWS": "123456789012" });
    let told = kept_by(Kind::Trust, trust("sts:AssumeRole", accounts.clone()), &Context::new());
    assert_eq!(told, KeptBy::Action { listed: vec!["sts:AssumeRole".to_owned()] });
    let told = kept_by(Kind::Trust, trust("sts:AssumeRoleWithWebIdentity", accounts), &Context::new());
    assert_eq!(told, KeptBy::Principal { listed: vec!["123456789012".to_owned()] });
}

#[test]
fn a_policy_that_only_denies_has_no_statement_that_is_near() {
    let deny = json!([{ "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" }]);
    assert_eq!(kept(Kind::Identity, deny, &Context::new()), None);
}
