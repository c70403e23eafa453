//! What can be told of a statement from its conditions: whatever it says of itself, the evaluator must agree.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use policy::{
    Context, Document, Effect, Kind, Named, PolicySet, Principal, Request, Statement, decide_trust,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

const ISSUER: &str = "cognito-identity.amazonaws.com";
const AUD: &str = "cognito-identity.amazonaws.com:aud";
const AMR: &str = "cognito-identity.amazonaws.com:amr";
const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// A trust policy of one statement under these conditions, and under one on the subject, without which none is read.
fn trust(condition: &Value) -> Document {
    let mut condition = condition.as_object().unwrap().clone();
    let always = json!({ "cognito-identity.amazonaws.com:sub": "us-east-1:1" });
    let known = condition.entry("StringEquals").or_insert_with(|| json!({})).as_object_mut().unwrap();
    known.extend(always.as_object().unwrap().clone());
    let statement = json!({
        "Effect": "Allow",
        "Principal": { "Federated": ISSUER },
        "Action": ACTION,
        "Condition": condition,
    });
    let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
    Document::parse(&policy.to_string(), Kind::Trust).unwrap()
}

fn lets_in(trust: &Document, aud: &str, amr: &[&str], session_name: &str) -> bool {
    let context = Context::new()
        .with(AUD, aud)
        .with("cognito-identity.amazonaws.com:sub", "us-east-1:1")
        .with("sts:rolesessionname", session_name)
        .with_many(AMR, amr.iter().copied());
    let request =
        Request { principal: Principal::Federated(ISSUER), action: ACTION, resource: "*", context: &context };
    decide_trust(&request, &PolicySet::default(), &Named { name: "trust", document: trust }).is_allowed()
}

fn first(trust: &Document) -> &Statement {
    &trust.statements()[0]
}

/// What AWS's own documents write, and what is easily written instead.
#[test]
fn the_spellings_of_awss_documents_bind() {
    let any = |operator: &str, value: Value| json!({ "StringEquals": { AUD: "us-east-1:a" }, (operator): { AMR: value } });
    for (condition, pools, of_members, of_guests) in [
        (any("ForAnyValue:StringLike", json!("authenticated")), Some(1), true, false),
        (any("ForAnyValue:StringEquals", json!(["authenticated"])), Some(1), true, false),
        (any("ForAnyValue:StringLike", json!("unauthenticated")), Some(1), false, true),
        (any("ForAnyValue:StringEquals", json!("unauthenticated")), Some(1), false, true),
        (any("ForAnyValue:StringLike", json!("graph.facebook.com*")), Some(1), true, false),
        (any("ForAnyValue:StringLike", json!(["authenticated", "unauthenticated"])), Some(1), false, false),
        (any("ForAnyValue:StringLike", json!("*authenticated")), Some(1), false, false),
        (any("ForAnyValue:StringLike", json!("un*")), Some(1), false, false),
        (any("ForAnyValue:StringLike", json!("${sts:RoleSessionName}")), Some(1), false, false),
        (any("ForAnyValue:StringLike", json!("${sts:RoleSessionName, 'x'}")), Some(1), false, false),
        (any("ForAnyValue:StringEqualsIgnoreCase", json!("unauthenticated")), Some(1), false, false),
        (any("ForAnyValue:StringEqualsIfExists", json!("unauthenticated")), Some(1), false, false),
        (any("ForAllValues:StringEquals", json!("unauthenticated")), Some(1), false, false),
        (any("StringLike", json!("authenticated")), Some(1), false, false),
        (json!({ "StringEquals": { AUD: ["us-east-1:a", "us-east-1:b"] } }), Some(2), false, false),
        (json!({ "StringLike": { AUD: "us-east-1:a" } }), Some(1), false, false),
        (json!({ "StringLike": { AUD: "us-east-1:*" } }), None, false, false),
        (json!({ "StringLike": { AUD: ["us-east-1:a", "*"] } }), None, false, false),
        (json!({ "StringEqualsIfExists": { AUD: "us-east-1:a" } }), None, false, false),
        (json!({ "ForAllValues:StringEquals": { AUD: "us-east-1:a" } }), None, false, false),
        (json!({ "StringNotEquals": { AUD: "us-east-1:a" } }), None, false, false),
        (json!({ "StringEqualsIgnoreCase": { AUD: "us-east-1:a" } }), None, false, false),
        (json!({ "StringEquals": { AUD: "${sts:RoleSessionName}" } }), None, false, false),
    ] {
        let trust = trust(&condition);
        let statement = first(&trust);
        assert_eq!(statement.exact_values_of(AUD).map(|values| values.len()), pools, "{condition}");
        assert_eq!(statement.shuts_out(AMR, "unauthenticated"), of_members, "{condition}");
        let demanded = statement.exact_values_of_many(AMR).is_some_and(|all| all == ["unauthenticated"]);
        assert_eq!(demanded, of_guests, "{condition}");
    }
}

#[test]
fn only_an_allow_of_an_issuer_and_an_action_trusts() {
    let statement = |effect: &str, principal: Value, action: &str| {
        let condition = json!({ "StringEquals": { AUD: "us-east-1:a", "id.example:aud": "a" } });
        let statement =
            json!({ "Effect": effect, "Principal": principal, "Action": action, "Condition": condition });
        let policy = json!({ "Version": "2012-10-17", "Statement": [statement] });
        Document::parse(&policy.to_string(), Kind::Trust).unwrap()
    };
    let own = json!({ "Federated": ISSUER });
    let other = json!({ "Federated": "id.example" });
    let both = json!({ "Federated": ["id.example", ISSUER] });
    for (document, trusts) in [
        (statement("Allow", own.clone(), ACTION), true),
        (statement("Allow", both, ACTION), true),
        (statement("Deny", own.clone(), ACTION), false),
        (statement("Allow", other, ACTION), false),
        (statement("Allow", json!("*"), "sts:AssumeRole"), false),
        (statement("Allow", own, "sts:TagSession"), false),
    ] {
        assert_eq!(first(&document).trusts(ISSUER, ACTION), trusts, "{document:?}");
    }
}

fn conditions() -> impl Strategy<Value = Value> {
    let operator = select(vec![
        "StringEquals",
        "StringLike",
        "StringEqualsIgnoreCase",
        "StringNotEquals",
        "StringNotLike",
        "StringLikeIfExists",
        "ForAnyValue:StringEquals",
        "ForAnyValue:StringLike",
        "ForAnyValue:StringEqualsIgnoreCase",
        "ForAnyValue:StringNotLike",
        "ForAnyValue:StringLikeIfExists",
        "ForAllValues:StringEquals",
        "ForAllValues:StringLike",
        "ForAllValues:StringNotEquals",
    ]);
    let value = select(vec![
        "us-east-1:a",
        "us-east-1:b",
        "us-east-1:A",
        "us-east-1:*",
        "*",
        "?",
        "",
        "authenticated",
        "unauthenticated",
        "UNAUTHENTICATED",
        "un*",
        "*authenticated",
        "p",
        "p:*",
        "${sts:RoleSessionName}",
        "${aws:userid, 'p'}",
    ]);
    vec((operator, select(vec![AUD, AMR]), vec(value, 1..3)), 0..4).prop_map(|all| {
        let mut condition = Map::new();
        for (operator, key, values) in all {
            let keys = condition.entry(operator).or_insert_with(|| json!({}));
            keys[key] = json!(values);
        }
        Value::Object(condition)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn what_a_statement_binds_is_bound_in_every_request(
        condition in conditions(),
        aud in select(vec!["us-east-1:a", "us-east-1:b", "us-east-1:A", "us-east-1:c", "p"]),
        amr in vec(select(vec!["authenticated", "unauthenticated", "p", "p:x", "us-east-1:a"]), 0..4),
        session_name in select(vec!["unauthenticated", "authenticated", "us-east-1:a", "x"]),
    ) {
        let trust = trust(&condition);
        let statement = first(&trust);
        prop_assert_eq!(statement.effect(), Effect::Allow);
        if lets_in(&trust, aud, &amr, session_name) {
            if let Some(values) = statement.exact_values_of(AUD) {
                prop_assert!(values.contains(&aud), "{}", condition);
            }
            if let Some(values) = statement.exact_values_of_many(AMR) {
                prop_assert!(amr.iter().any(|value| values.contains(value)), "{}", condition);
            }
        }
        if statement.shuts_out(AMR, "unauthenticated") {
            prop_assert!(!lets_in(&trust, aud, &["unauthenticated"], session_name), "{}", condition);
        }
    }
}
