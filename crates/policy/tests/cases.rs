//! The case files in `tests/cases`: each case is a sentence, what it is about, and the sentence the decision must read.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use policy::{Document, Kind};
use serde_json::Value;
use support::{Policies, text};

fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/tests/cases/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// All case files but the one of malformed documents.
fn files() -> Vec<String> {
    let folder = format!("{}/tests/cases", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let stems = names.map(|name| name.to_str().unwrap().strip_suffix(".json").unwrap().to_owned());
    stems.filter(|stem| stem != "malformed").collect()
}

fn decided(case: &Value) -> String {
    let policies = Policies::read(case).unwrap_or_else(|refused| panic!("{refused}: {case}"));
    policies.decide(case.get("request").unwrap()).to_string()
}

#[test]
fn every_case_is_decided_as_it_says() {
    let mut wrong = Vec::new();
    let files = files();
    assert!(files.len() > 6, "the cases are in more than six files");
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
