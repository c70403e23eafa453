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
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use serde_json::Value;

use support::Policies;

/// How many questions a round has: up to eight sets of policies and 32 requests each, every set with every request.
const ROUND: u32 = 300;

/// How many comparisons `./test` makes at least; `POLICY_COMPARISONS` says another number.
const COMPARISONS: usize = 100_000;

/// How often each kind of decision was made.
type Seen = BTreeMap<String, usize>;

/// One round of comparisons, drawn from a seed.
fn compare(seed: u64) -> Seen {
    let config = Config {
        cases: ROUND,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 100_000,
        ..Config::default()
    };
    let questions = (vec(questions::policies(), 1..=8), vec(questions::request(), 1..=32));
    let seen = RefCell::new(Seen::new());
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

/// Rounds from seeds that follow each other, on every core, until there are so many comparisons.
fn compare_for_long(comparisons: usize, seed: u64) -> Seen {
    let (round, made) = (AtomicU64::new(seed), AtomicUsize::new(0));
    let turn = || {
        let mut seen = Seen::new();
        while made.load(Relaxed) < comparisons {
            let found = compare(round.fetch_add(1, Relaxed));
            made.fetch_add(found.values().sum(), Relaxed);
            add(&mut seen, found);
        }
        seen
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().unwrap().get();
        let turns: Vec<_> = (0..cores).map(|_| scope.spawn(turn)).collect();
        let mut seen = Seen::new();
        for turn in turns {
            add(&mut seen, turn.join().unwrap_or_else(|failed| std::panic::resume_unwind(failed)));
        }
        seen
    })
}

fn add(seen: &mut Seen, more: Seen) {
    for (kind, times) in more {
        *seen.entry(kind).or_insert(0) += times;
    }
}

/// What `PROPTEST_RNG_SEED` says, so that a failure can be had once more, else something new each time.
fn seed() -> u64 {
    match Config::default().rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(0),
    }
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
    let seen = compare(seed());
    assert!(KINDS.iter().all(|kind| seen.contains_key(*kind)), "{seen:?}");
}

#[test]
#[ignore = "slow: a hundred thousand random questions, or as many as `POLICY_COMPARISONS` says"]
#[expect(clippy::disallowed_methods, reason = "a soak says how long it is, and its rate is measured")]
#[expect(clippy::print_stdout, reason = "a soak shows what it did")]
fn both_evaluators_say_the_same_for_long() {
    let wanted = std::env::var("POLICY_COMPARISONS").map_or(COMPARISONS, |text| text.parse().unwrap());
    let (seed, begun) = (seed(), Instant::now());
    let seen = compare_for_long(wanted, seed);
    let made: usize = seen.values().sum();
    let seconds = begun.elapsed().as_secs_f64();
    println!("{made} comparisons from seed {seed} in {seconds:.0} s, {:.0} a second", made as f64 / seconds);
    assert!(made >= wanted);
    assert!(KINDS.iter().all(|kind| seen.get(*kind).is_some_and(|times| *times > 5)), "{seen:?}");
}
