//! Every engine beside the plainest model of one, on random input.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;
use store::engine::{Batch, Engine, Key, Outcome, Range, Row, Scanned, Version, Write};
use store::late::Late;
use store::memory::Memory;
use store::sqlite::Sqlite;
use tokio::runtime::{Builder, Runtime};

#[derive(Debug, Clone)]
enum Step {
    /// Read these keys and this range, let somebody else make these writes, and commit those.
    Commit {
        read: Vec<Key>,
        scan: (Range, usize),
        meanwhile: Writes,
        writes: Writes,
    },
    Get(Vec<Key>),
    Scan(Range, usize),
    Wipe,
}

type Writes = BTreeMap<Key, Option<Vec<u8>>>;
type Model = BTreeMap<Key, (Vec<u8>, Version)>;

fn key() -> impl Strategy<Value = Key> {
    vec(prop_oneof![Just(0_u8), Just(1), Just(b'a'), Just(255)], 0..3)
}

fn range() -> impl Strategy<Value = Range> {
    (key(), proptest::option::of(key())).prop_map(|(start, end)| Range { start, end })
}

fn writes() -> impl Strategy<Value = Writes> {
    btree_map(key(), proptest::option::of(vec(any::<u8>(), 0..3)), 0..4)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (vec(key(), 0..3), (range(), 0..4_usize), writes(), writes())
            .prop_map(|(read, scan, meanwhile, writes)| Step::Commit { read, scan, meanwhile, writes }),
        2 => vec(key(), 0..5).prop_map(Step::Get),
        2 => (range(), 0..6_usize).prop_map(|(range, limit)| Step::Scan(range, limit)),
        1 => Just(Step::Wipe),
    ]
}

fn within(range: &Range, key: &Key) -> bool {
    *key >= range.start && range.end.as_ref().is_none_or(|end| key < end)
}

fn rows(model: &Model, range: &Range, limit: usize) -> Vec<(Key, Vec<u8>, Version)> {
    let inside = model.iter().filter(|(key, _)| within(range, key)).take(limit);
    inside.map(|(key, (value, version))| (key.clone(), value.clone(), *version)).collect()
}

fn plain(rows: Vec<Row>) -> Vec<(Key, Vec<u8>, Version)> {
    rows.into_iter().map(|row| (row.key, row.stamped.value.to_vec(), row.stamped.version)).collect()
}

/// Commits through the engine and, if that succeeds, writes the same into the model with the versions given.
async fn commit(engine: &dyn Engine, model: &mut Model, mut batch: Batch, writes: &Writes) -> Outcome {
    let write = |value: &Option<Vec<u8>>| match value {
        Some(value) => Write::Put(value.as_slice().into()),
        None => Write::Delete,
    };
    batch.writes = writes.iter().map(|(key, value)| (key.clone(), write(value))).collect();
    let outcome = engine.commit(batch).await.expect("a commit");
    if outcome == Outcome::Done {
        for (key, value) in writes {
            let found = engine.get_many(std::slice::from_ref(key)).await.expect("an answer").pop().flatten();
            let before = model.remove(key);
            if let Some(value) = value {
                let version = found.expect("what was put").version;
                assert!(before.is_none_or(|(_, before)| before != version), "a write changes the version");
                model.insert(key.clone(), (value.clone(), version));
            }
        }
    }
    outcome
}

async fn check(engine: &dyn Engine, steps: Vec<Step>) {
    let mut model = Model::new();
    for step in steps {
        match step {
            Step::Commit { read, scan: (range, limit), meanwhile, writes } => {
                let mut batch = Batch::default();
                for key in read {
                    batch.expected.insert(key.clone(), model.get(&key).map(|(_, version)| *version));
                }
                let seen = rows(&model, &range, limit);
                let mut seen_range = range;
                if seen.len() == limit {
                    // Only what lies up to the last row has been seen.
                    let last = seen.last().map(|(key, ..)| [key.as_slice(), &[0]].concat());
                    seen_range.end = Some(last.unwrap_or_else(|| seen_range.start.clone()));
                }
                let touched = |key: &Key| batch.expected.contains_key(key) || within(&seen_range, key);
                // Deleting what is not there changes nothing.
                let conflict = meanwhile
                    .iter()
                    .any(|(key, value)| touched(key) && (value.is_some() || model.contains_key(key)));
                let seen = seen.into_iter().map(|(key, _, version)| (key, version)).collect();
                batch.scanned.push(Scanned { range: seen_range, seen });
                commit(engine, &mut model, Batch::default(), &meanwhile).await;
                let outcome = commit(engine, &mut model, batch, &writes).await;
                assert_eq!(outcome, if conflict { Outcome::Conflict } else { Outcome::Done });
            }
            Step::Get(keys) => {
                let found = engine.get_many(&keys).await.expect("an answer");
                let found: Vec<_> = found
                    .into_iter()
                    .map(|found| found.map(|found| (found.value.to_vec(), found.version)))
                    .collect();
                let expected: Vec<_> = keys.iter().map(|key| model.get(key).cloned()).collect();
                assert_eq!(found, expected);
            }
            Step::Scan(range, limit) => {
                let found = engine.scan(&range, limit).await.expect("an answer");
                assert_eq!(plain(found), rows(&model, &range, limit));
            }
            Step::Wipe => {
                engine.wipe().await.expect("a wipe");
                model.clear();
            }
        }
        let all = engine.scan(&Range::everything(), usize::MAX).await.expect("an answer");
        assert_eq!(plain(all), rows(&model, &Range::everything(), usize::MAX));
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("a runtime")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn memory_is_the_model(steps in vec(step(), 0..24)) {
        runtime().block_on(check(&Memory::default(), steps));
    }

    #[test]
    fn late_is_the_model(steps in vec(step(), 0..24), seed: u64) {
        runtime().block_on(check(&Late::new(seed), steps));
    }
}

proptest! {
    // Every commit is synced to the disk.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn sqlite_is_the_model(steps in vec(step(), 0..24)) {
        let folder = tempfile::tempdir().expect("a folder for a test");
        let engine = Sqlite::open(&folder.path().join("store.sqlite")).expect("a new store");
        runtime().block_on(check(&engine, steps));
    }
}
