//! `operations.txt`: a line for every operation of every service in `models/`, `served` or `refused` with a reason.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::house::{paths_below, read};
use crate::kept;

/// What a model says of its service, as far as these rules need it. The service is the name of the file.
pub(crate) struct Model {
    pub(crate) service: String,
    pub(crate) operations: BTreeSet<String>,
    pub(crate) error_codes: BTreeSet<String>,
}

/// The models, sorted by service.
pub(crate) fn models() -> Vec<Model> {
    let paths = paths_below("models");
    let named = paths.iter().filter_map(|path| path.strip_prefix("models/")?.strip_suffix(".json"));
    named
        .map(|service| {
            model(service, &serde_json::from_str(&read(&format!("models/{service}.json"))).unwrap())
        })
        .collect()
}

fn model(service: &str, facts: &Value) -> Model {
    let keys = |name: &str| facts.get(name).and_then(Value::as_object).into_iter().flatten();
    let errors = keys("shapes").filter(|(_, shape)| shape.get("exception").is_some());
    let code = |(name, shape): (&String, &Value)| {
        shape.pointer("/error/code").and_then(Value::as_str).unwrap_or(name).to_owned()
    };
    Model {
        service: service.into(),
        operations: keys("operations").map(|(name, _)| name.clone()).collect(),
        error_codes: errors.map(code).collect(),
    }
}

/// What is wrong with one line of the ledger, if anything.
fn fault_of(line: &str) -> Option<&'static str> {
    let parts: Vec<&str> = line.splitn(4, ' ').collect();
    match parts.as_slice() {
        [_, _, "served"] => None,
        [_, _, "refused", reason] => fault_of_reason(reason),
        [_, _, "refused"] => Some("is refused without a reason"),
        _ => Some("is not `SERVICE OPERATION served` or `SERVICE OPERATION refused REASON`"),
    }
}

fn fault_of_reason(reason: &str) -> Option<&'static str> {
    if reason.trim() != reason || reason.len() < 10 {
        return Some("is refused without a reason that says something");
    }
    (reason.to_lowercase() != reason || reason.ends_with('.'))
        .then_some("has a reason that is not lower case without a period")
}

/// Lines that are malformed, out of order, missing or about nothing that exists.
fn disagreements(ledger: &str, models: &[Model]) -> Vec<String> {
    let mut found: Vec<String> =
        ledger.lines().filter_map(|line| fault_of(line).map(|fault| format!("`{line}` {fault}"))).collect();
    let written: Vec<(String, String)> = ledger
        .lines()
        .map(|line| line.split(' '))
        .map(|mut parts| (parts.next().unwrap_or_default().into(), parts.next().unwrap_or_default().into()))
        .collect();
    for pair in written.windows(2) {
        if let [(service, operation), after] = pair
            && (service, operation) >= (&after.0, &after.1)
        {
            found.push(format!("`{} {}` stands after `{service} {operation}`", after.0, after.1));
        }
    }
    let known: BTreeSet<(String, String)> = models
        .iter()
        .flat_map(|model| model.operations.iter().map(|operation| (model.service.clone(), operation.clone())))
        .collect();
    let written: BTreeSet<_> = written.into_iter().collect();
    let missing = known.difference(&written).map(|(service, name)| format!("`{service} {name}` has no line"));
    let unknown =
        written.difference(&known).map(|(service, name)| format!("`{service} {name}` is in no model"));
    found.extend(missing.chain(unknown));
    found
}

#[test]
fn the_ledger_has_one_line_for_every_operation_of_every_model() {
    let models = models();
    assert!(models.len() > 5 && models.iter().all(|model| !model.operations.is_empty()));
    let ledger = read("operations.txt");
    assert!(ledger.ends_with('\n'), "operations.txt does not end with a line feed");
    kept(&disagreements(&ledger, &models));
}

#[test]
fn the_models_name_the_error_codes_of_the_wire() {
    let codes: BTreeSet<_> = models().into_iter().flat_map(|model| model.error_codes).collect();
    assert!(
        codes.contains("NotAuthorizedException")
            && codes.contains("NoSuchEntity")
            && codes.contains("NoSuchKey")
    );
}

#[test]
fn a_planted_disagreement_is_found() {
    let model = Model {
        service: "s3".into(),
        operations: ["A", "B", "C"].map(String::from).into(),
        error_codes: BTreeSet::new(),
    };
    let found = |ledger: &str| disagreements(ledger, std::slice::from_ref(&model));
    let good = "s3 A served\ns3 B refused copies come later\ns3 C served\n";
    assert_eq!(found(good), [""; 0]);
    assert_eq!(found(&good.replace("s3 C served\n", "")), ["`s3 C` has no line"]);
    assert_eq!(found(&format!("{good}s3 D served\n")), ["`s3 D` is in no model"]);
    assert_eq!(
        found(&good.replace(" copies come later", "")),
        ["`s3 B refused` is refused without a reason"]
    );
    assert_eq!(found(&good.replace("A served", "A served well")).len(), 1);
    assert_eq!(found(&good.replace("copies come", "Copies come")).len(), 1);
    assert_eq!(found("s3 B served\ns3 A served\ns3 C served\n"), ["`s3 A` stands after `s3 B`"]);
    assert_eq!(found("s3 A served\ns3 A served\ns3 B served\ns3 C served\n"), ["`s3 A` stands after `s3 A`"]);
}
