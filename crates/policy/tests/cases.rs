//! The case files in `tests/cases`: each case is a sentence, what it is about, and the sentence the decision must read.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use policy::{Context, Document, Kind, Named, PolicySet, PrincipalName, Request, decide, decide_trust};
use serde_json::Value;

fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/cases/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn document(value: &Value, kind: Kind) -> Document {
    Document::parse(&value.to_string(), kind).unwrap_or_else(|refused| panic!("{refused}: {value}"))
}

fn documents(case: &Value, layer: &str, kind: Kind) -> Option<Vec<(String, Document)>> {
    let listed = case.get(layer)?.as_array().unwrap().iter().enumerate();
    Some(listed.map(|(index, value)| (format!("{layer} {index}"), document(value, kind))).collect())
}

fn named(documents: &[(String, Document)]) -> Vec<Named<'_>> {
    documents.iter().map(|(name, document)| Named { name, document }).collect()
}

fn context(request: &Value) -> Context<'_> {
    let mut context = Context::new();
    for (key, value) in request.get("context").and_then(Value::as_object).into_iter().flatten() {
        match value.as_array() {
            Some(values) => context.insert_many(key, values.iter().map(|value| value.as_str().unwrap())),
            None => context.insert(key, value.as_str().unwrap()),
        }
    }
    context
}

fn principal(request: &Value) -> PrincipalName<'_> {
    match request.get("principal") {
        None => PrincipalName::Anonymous,
        Some(_) if request.pointer("/principal/Federated").is_some() => {
            PrincipalName::Federated(text(request, "/principal/Federated"))
        }
        Some(_) => PrincipalName::Aws {
            account: text(request, "/principal/Aws/0"),
            arn: text(request, "/principal/Aws/1"),
        },
    }
}

fn decided(case: &Value) -> String {
    let asked = case.get("request").unwrap();
    let context = context(asked);
    let request = Request {
        principal: principal(asked),
        action: text(asked, "/action"),
        resource: text(asked, "/resource"),
        context: &context,
    };
    if let Some(trust) = case.get("trust") {
        let document = document(trust, Kind::Trust);
        return decide_trust(&request, &Named { name: "trust", document: &document }).to_string();
    }
    let identity = documents(case, "identity", Kind::Identity).unwrap();
    let session = documents(case, "session", Kind::Session);
    let session = session.as_deref().map(named);
    decide(&request, &PolicySet { identity: &named(&identity), session: session.as_deref() }).to_string()
}

#[test]
fn every_case_is_decided_as_it_says() {
    let files =
        ["actions_and_resources", "operators", "missing_keys", "sets", "variables", "sessions", "trust"];
    let mut wrong = Vec::new();
    for case in files.iter().flat_map(|file| cases(file)) {
        let (decided, expected) = (decided(&case), text(&case, "/expect"));
        if decided != expected {
            wrong.push(format!("{}: {decided}, but expected: {expected}", text(&case, "/name")));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_malformed_document_is_refused_with_its_sentence() {
    let mut wrong = Vec::new();
    for case in cases("malformed") {
        let kind = match text(&case, "/kind") {
            "identity" => Kind::Identity,
            "session" => Kind::Session,
            "trust" => Kind::Trust,
            "resource" => Kind::Resource,
            other => panic!("kind {other}"),
        };
        let document = case.get("document").unwrap();
        let written = document.as_str().map_or_else(|| document.to_string(), str::to_owned);
        let said =
            Document::parse(&written, kind).map_or_else(|refused| refused.to_string(), |_| "read".to_owned());
        if said != text(&case, "/message") {
            wrong.push(format!("{}: {said}", text(&case, "/name")));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
