//! What lint finds in the policies of `lint.json`, and that it finds nothing in policies that are as they should be.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use policy::{Code, Holder, Kind, lint};
use serde_json::Value;

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("lint.json")).unwrap()
}

fn found(case: &Value) -> Vec<String> {
    let kind = match case.get("kind").and_then(Value::as_str) {
        Some("identity") => Kind::Identity,
        Some("trust") => Kind::Trust,
        Some("resource") => Kind::Resource,
        other => panic!("kind {other:?}"),
    };
    let scope_down: Option<Vec<String>> = case
        .get("guests")
        .and_then(Value::as_array)
        .map(|guests| guests.iter().map(Value::to_string).collect());
    let scope_down: Option<Vec<&str>> =
        scope_down.as_ref().map(|texts| texts.iter().map(String::as_str).collect());
    let holder = match (&scope_down, case.get("holder")) {
        (Some(scope_down), _) => Holder::Guests(scope_down),
        (None, Some(_)) => Holder::Role,
        (None, None) => Holder::Unknown,
    };
    let document = case.get("document").unwrap().to_string();
    lint(&document, kind, holder).unwrap().iter().map(ToString::to_string).collect()
}

fn expected(case: &Value) -> Vec<String> {
    serde_json::from_value(case.get("findings").unwrap().clone()).unwrap()
}

#[test]
fn every_case_has_the_findings_that_it_says() {
    for case in cases() {
        let (mut found, mut expected) = (found(&case), expected(&case));
        if case.get("any_order").is_some() {
            found.sort();
            expected.sort();
        }
        assert_eq!(found, expected, "{}", case.get("name").unwrap());
    }
}

#[test]
fn every_code_is_in_a_case() {
    let all: Vec<String> = cases().iter().flat_map(expected).collect();
    for code in Code::ALL {
        assert!(all.iter().any(|finding| finding.starts_with(&format!("{code} in"))), "{code}");
    }
}

#[test]
fn advice_is_one_sentence_without_control_characters() {
    let document = r#"{"Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*",
        "Condition":{"StringEquals":{"s3:prefix":"\u001b[2J*"}}}}"#;
    let found = lint(document, Kind::Identity, Holder::Unknown).unwrap();
    let advice = &found.first().unwrap().advice;
    assert!(!advice.contains(char::is_control) && !advice.ends_with('.'), "{advice}");
}
