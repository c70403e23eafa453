//! The evaluator beside a second one, on random questions: they must say the same, to the statement.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod condition;
mod evaluator;
mod questions;
#[path = "../support/mod.rs"]
mod support;
mod text;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use proptest::collection::vec;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use serde_json::Value;

use support::Policies;

/// Compares this many times on up to eight sets of policies and 32 requests, each set with each request. Gives how often
/// each kind of decision was made.
fn compare(times: u32) -> BTreeMap<String, usize> {
    let seed = match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(0),
    };
    let config = Config {
        cases: times,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 100_000,
        ..Config::default()
    };
    let questions = (vec(questions::policies(), 1..=8), vec(questions::request(), 1..=32));
    let seen = RefCell::new(BTreeMap::new());
    let outcome = TestRunner::new(config).run(&questions, |(sets, requests)| {
        for set in &sets {
            let policies = Policies::read(set).map_err(|refused| TestCaseError::fail(refused.to_string()))?;
            for asked in &requests {
                let (said, literally) = (policies.decide(asked).to_string(), evaluator::decide(set, asked));
                *seen.borrow_mut().entry(kind(&said)).or_insert(0) += 1;
                if said != literally {
                    return Err(TestCaseError::fail(format!("`{said}`, but literally `{literally}`")));
                }
            }
        }
        Ok(())
    });
    if let Err(failed) = outcome {
        panic!("once more with PROPTEST_RNG_SEED={seed}: {}", told(failed));
    }
    seen.into_inner()
}

/// A failure and the smallest question that makes it.
fn told(failed: TestError<(Vec<Value>, Vec<Value>)>) -> String {
    match failed {
        TestError::Abort(why) => why.to_string(),
        TestError::Fail(why, (sets, requests)) => {
            let lines =
                |values: Vec<Value>| values.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
            format!("{why}\npolicies:\n{}\nrequests:\n{}", lines(sets), lines(requests))
        }
    }
}

/// A decision without its statements: which layer made it, or how many had to allow.
fn kind(said: &str) -> String {
    match said.rsplit_once("`, ") {
        Some((_, layer)) => format!("denied by {layer}"),
        None if said.starts_with("allowed") => format!("allowed by {}", said.matches("statement").count()),
        None => said.to_owned(),
    }
}

/// Every kind of decision that is no rarity, so that no comparison is about nothing.
const KINDS: [&str; 13] = [
    "allowed by 1",
    "allowed by 2",
    "allowed by 3",
    "denied by a permissions boundary",
    "denied by a resource-based policy",
    "denied by a role trust policy",
    "denied by a session policy",
    "denied by an identity-based policy",
    "no identity-based policy allows it",
    "no permissions boundary allows it",
    "no resource-based policy allows it",
    "no role trust policy allows it",
    "no session policy allows it",
];

#[test]
fn both_evaluators_say_the_same() {
    let seen = compare(270);
    assert!(KINDS.iter().all(|kind| seen.contains_key(*kind)), "{seen:?}");
}

#[test]
#[ignore = "slow: two hundred thousand random questions"]
fn both_evaluators_say_the_same_for_long() {
    let seen = compare(3_000);
    assert!(KINDS.iter().all(|kind| seen.get(*kind).is_some_and(|times| *times > 5)), "{seen:?}");
}
