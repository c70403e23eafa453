//! What holds for all policies of all layers together, on the random questions of the second evaluator.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "literal/questions.rs"]
mod questions;
#[path = "support/mod.rs"]
mod support;

use policy::{Decision, Denial, Holder, Kind, Layer, lint};
use proptest::prelude::*;
use proptest::sample::Index;
use questions::{ROLE, SESSION, USER};
use serde_json::{Value, json};
use support::Policies;

fn decide(question: &Value, asked: &Value) -> Decision {
    Policies::read(question).unwrap().decide(asked)
}

fn allows(question: &Value, asked: &Value) -> bool {
    decide(question, asked).is_allowed()
}

/// The layer that denies; `None` if none does, by a statement or by its silence.
fn denying(decision: &Decision) -> Option<(Layer, bool)> {
    match decision {
        Decision::Allowed { .. } => None,
        Decision::Denied(Denial::Explicit { layer, .. }) => Some((*layer, true)),
        Decision::Denied(Denial::Implicit { layer }) => Some((*layer, false)),
    }
}

/// A question with another policy, or other policies, in a layer; without any for `None`.
fn with(question: &Value, layer: &str, policies: Option<Value>) -> Value {
    let mut changed = question.clone();
    let layers = changed.as_object_mut().unwrap();
    match policies {
        Some(policies) => layers.insert(layer.to_owned(), policies),
        None => layers.remove(layer),
    };
    changed
}

/// A question without policy of a resource and without trust policy.
fn unguarded(question: &Value) -> Value {
    with(&with(question, "resource", None), "trust", None)
}

fn by(asked: &Value, principal: Value) -> Value {
    let mut changed = asked.clone();
    changed["principal"] = principal;
    changed
}

fn everything() -> Value {
    json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } })
}

/// The documents of a question, each with the pointer to it.
fn documents(question: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (layer, policies) in question.as_object().unwrap() {
        match policies.as_array() {
            Some(listed) => found.extend((0..listed.len()).map(|index| format!("/{layer}/{index}"))),
            None => found.push(format!("/{layer}")),
        }
    }
    found
}

/// The statement denies instead of what it did.
fn denied(statement: &Value) -> Value {
    let mut changed = statement.clone();
    changed["Effect"] = json!("Deny");
    changed
}

/// Puts what is listed into another order, the policies of each layer and the statements of each policy.
fn shuffle(question: &mut Value, mut turns: impl FnMut() -> usize) {
    let mut mix = |listed: &mut Vec<Value>| {
        for at in (1..listed.len()).rev() {
            listed.swap(at, turns() % (at + 1));
        }
    };
    for pointer in documents(question) {
        mix(question.pointer_mut(&pointer).unwrap()["Statement"].as_array_mut().unwrap());
    }
    question.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut).for_each(mix);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_statement_that_denies_wins_wherever_it_stands(
        question in questions::policies(), other in questions::policies(), asked in questions::request(),
        from: Index, place: Index,
    ) {
        // A statement from a policy of the same sort goes into a policy of the question, to deny.
        let (targets, sources) = (documents(&question), documents(&other));
        let layer = |pointer: &str| pointer.split('/').nth(1).unwrap().to_owned();
        let sort = |pointer: &str| match layer(pointer).as_str() {
            guard @ ("resource" | "trust") => guard.to_owned(),
            _ => "caller".to_owned(),
        };
        let pairs: Vec<_> = targets.iter()
            .flat_map(|target| sources.iter().map(move |source| (target, source)))
            .filter(|(target, source)| sort(target) == sort(source))
            .collect();
        prop_assume!(!pairs.is_empty());
        let (target, source) = pairs[from.index(pairs.len())];
        let taken = denied(&other.pointer(source).unwrap()["Statement"][0]);

        let mut alone = question.pointer(target).unwrap().clone();
        alone["Statement"] = json!([taken]);
        let layer = layer(target);
        let alone = if question[&layer].is_array() { json!([alone]) } else { alone };
        let denies = matches!(
            denying(&decide(&with(&json!({}), &layer, Some(alone)), &asked)), Some((_, true)));

        let mut added = question.clone();
        let statements = added.pointer_mut(target).unwrap()["Statement"].as_array_mut().unwrap();
        statements.insert(place.index(statements.len() + 1), taken);
        if denies {
            prop_assert!(matches!(denying(&decide(&added, &asked)), Some((_, true))));
        } else {
            prop_assert_eq!(denying(&decide(&added, &asked)), denying(&decide(&question, &asked)));
        }
    }

    #[test]
    fn neither_the_order_of_statements_nor_that_of_policies_matters(
        question in questions::policies(), asked in questions::request(), turns: [u8; 16],
    ) {
        let mut shuffled = question.clone();
        let mut turns = turns.into_iter().cycle().map(usize::from);
        shuffle(&mut shuffled, || turns.next().unwrap());
        prop_assert_eq!(denying(&decide(&shuffled, &asked)), denying(&decide(&question, &asked)));
    }

    #[test]
    fn policies_of_a_session_only_take_away(question in questions::policies(), asked in questions::request()) {
        let wide = with(&question, "session", Some(json!([everything()])));
        prop_assert!(allows(&wide, &asked) || !allows(&question, &asked));
        let is_federated_user = asked["principal"].get("federated_user").is_some();
        if !is_federated_user {
            let without = with(&question, "session", None);
            prop_assert_eq!(allows(&wide, &asked), allows(&without, &asked));
        }
    }

    #[test]
    fn a_boundary_only_takes_away(question in questions::policies(), asked in questions::request()) {
        let without = with(&question, "boundary", None);
        let wide = with(&question, "boundary", Some(everything()));
        prop_assert!(allows(&without, &asked) || !allows(&question, &asked));
        prop_assert_eq!(allows(&without, &asked), allows(&wide, &asked));
    }

    #[test]
    fn what_a_caller_may_is_what_each_sort_of_its_policies_allows_by_itself(
        question in questions::policies(), asked in questions::request(),
    ) {
        let question = unguarded(&question);
        let asked = by(&asked, json!({ "user": USER }));
        let each = question.as_object().unwrap().values().all(|policies| {
            let policies = if policies.is_array() { policies.clone() } else { json!([policies]) };
            allows(&json!({ "identity": policies }), &asked)
        });
        prop_assert_eq!(allows(&question, &asked), each);
    }

    #[test]
    fn a_federated_user_has_no_more_than_who_made_it(
        question in questions::policies(), asked in questions::request(),
    ) {
        let question = unguarded(&question);
        let federated = by(&asked, json!({ "federated_user": questions::FEDERATED_USER, "user": USER }));
        let user = by(&asked, json!({ "user": USER }));
        let without = with(&question, "session", None);
        prop_assert!(allows(&without, &user) || !allows(&question, &federated));
        prop_assert!(!allows(&without, &federated));
    }

    #[test]
    fn no_session_of_a_role_has_more_than_the_role_whatever_policies_it_asks_for(
        question in questions::policies(), others in proptest::collection::vec(questions::policies(), 5),
        asked in questions::request(),
    ) {
        // Five sessions of one role, each got by the one before it with policies that it chose.
        let question = with(&unguarded(&question), "session", None);
        let asked = by(&asked, json!({ "role": ROLE, "session": SESSION }));
        for other in others {
            let session = with(&question, "session", other.get("session").cloned());
            prop_assert!(allows(&question, &asked) || !allows(&session, &asked));
        }
    }

    #[test]
    fn a_session_takes_on_no_role_that_its_own_limits_do_not_let_it_take_on(
        question in questions::policies(), asked in questions::request(),
    ) {
        let Some(trust) = question.get("trust") else { return Ok(()) };
        let asked = by(&asked, json!({ "role": ROLE, "session": SESSION }));
        // A trust policy that names the very session overrules its limits, as AWS says.
        prop_assume!(!trust.to_string().contains(SESSION));
        prop_assume!(allows(&question, &asked));
        for limit in ["boundary", "session"] {
            let Some(policies) = question.get(limit) else { continue };
            let policies = if limit == "boundary" { json!([policies]) } else { policies.clone() };
            prop_assert!(allows(&json!({ "identity": policies }), &asked), "{}", limit);
        }
    }

    #[test]
    fn every_policy_that_can_be_read_can_be_linted(question in questions::policies()) {
        for pointer in documents(&question) {
            let kind = match pointer.split('/').nth(1) {
                Some("trust") => Kind::Trust,
                Some("resource") => Kind::Resource,
                Some("session") => Kind::Session,
                Some(_) | None => Kind::Identity,
            };
            let text = question.pointer(&pointer).unwrap().to_string();
            prop_assert!(lint(&text, kind, Holder::Guests(&[])).is_ok());
        }
    }
}
