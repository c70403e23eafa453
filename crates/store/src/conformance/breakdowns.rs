//! What is left, and said, when something breaks.

use crate::Store;
use crate::breaking::{Breaking, Moment};
use crate::conformance::{Checked, run};
use crate::engine::{Batch, Engine, Write};
use crate::table::Table;
use domain::records::{Breakdown, Stop, Unready};
use std::sync::Arc;

const BALANCES: Table<2, i64> = Table::new("balance");

/// A breakdown of any call but the last, which commits, leaves everything as it was.
pub async fn the_nth_call_breaks_and_nothing_half_done_remains(engine: Arc<dyn Engine>) -> Checked {
    let mut nth = 1;
    while let Some((moved, balances)) = with_a_breakdown(&engine, nth, Moment::Before).await? {
        assert!(moved.is_err(), "call {nth}");
        assert_eq!(balances, [10, 0], "call {nth}");
        nth += 1;
    }
    assert!(nth > 2, "the use case makes several calls");
    Ok(())
}

/// The caller hears of a breakdown although all was written.
pub async fn a_lost_answer_leaves_all_or_nothing(engine: Arc<dyn Engine>) -> Checked {
    let mut nth = 1;
    let mut written = false;
    while let Some((moved, balances)) = with_a_breakdown(&engine, nth, Moment::After).await? {
        assert!(moved.is_err(), "call {nth}");
        assert!(balances == [10, 0] || balances == [0, 10], "call {nth}: {balances:?}");
        written = balances == [0, 10];
        nth += 1;
    }
    assert!(written, "the last call is the commit");
    Ok(())
}

/// Moves all from one balance to another while the nth call breaks; `None` if there were fewer calls.
async fn with_a_breakdown(
    engine: &Arc<dyn Engine>,
    nth: usize,
    moment: Moment,
) -> Result<Option<(Checked, [i64; 2])>, Breakdown> {
    let whole = Store::new(Arc::clone(engine));
    whole.wipe().await?;
    set(&whole, [10, 0]).await?;
    let breaking = Arc::new(Breaking::new(Arc::clone(engine), nth, moment));
    let moved = move_all(&Store::new(Arc::clone(&breaking) as Arc<dyn Engine>)).await;
    let balances = balances(&whole).await?;
    if breaking.calls() >= nth {
        return Ok(Some((moved, balances)));
    }
    moved?;
    assert_eq!(balances, [0, 10]);
    Ok(None)
}

async fn set(store: &Store, [one, other]: [i64; 2]) -> Checked {
    let set = run(store, |records| {
        records.put(&BALANCES, ["us", "one"], &one);
        records.put(&BALANCES, ["us", "other"], &other);
        Ok(())
    });
    set.await
}

async fn balances(store: &Store) -> Result<[i64; 2], Breakdown> {
    let read = run(store, |records| {
        let one = records.get(&BALANCES, ["us", "one"])?.unwrap_or(-1);
        Ok([one, records.get(&BALANCES, ["us", "other"])?.unwrap_or(-1)])
    });
    read.await
}

async fn move_all(store: &Store) -> Checked {
    let moving = run(store, |records| {
        let all: i64 = records.scan(&BALANCES.under(["us"]), 10)?.into_iter().map(|found| found.value).sum();
        for (name, balance) in [("one", 0), ("other", all)] {
            if records.get(&BALANCES, ["us", name])? != Some(balance) {
                records.put(&BALANCES, ["us", name], &balance);
            }
        }
        Ok(())
    });
    moving.await
}

async fn spoil(engine: &dyn Engine) -> Checked {
    let mut batch = Batch::default();
    let spoiled = br#"{"secret":"hunter2"}"#.as_slice();
    batch.writes.insert(BALANCES.key(["us", "one"]), Write::Put(spoiled.into()));
    engine.commit(batch).await?;
    Ok(())
}

/// By table and key, for the operator; the value may be a secret.
pub async fn a_record_that_does_not_decode_is_named_and_not_shown(engine: Arc<dyn Engine>) -> Checked {
    spoil(&*engine).await?;
    let told =
        balances(&Store::new(engine)).await.err().map(|breakdown| breakdown.to_string()).unwrap_or_default();
    assert!(["balance", "us", "one"].iter().all(|word| told.contains(word)), "{told}");
    assert!(!told.contains("hunter2") && !told.contains("secret"), "{told}");
    Ok(())
}

/// A use case cannot make up for a record that could not be read.
pub async fn a_swallowed_breakdown_is_still_a_breakdown(engine: Arc<dyn Engine>) -> Checked {
    spoil(&*engine).await?;
    let store = Store::new(engine);
    let swallowing = run(&store, |records| {
        let balance = records.get(&BALANCES, ["us", "one"]).unwrap_or(None).unwrap_or(0);
        records.put(&BALANCES, ["us", "other"], &balance);
        Ok(())
    });
    assert!(swallowing.await.is_err());
    let other = run(&store, |records| Ok(records.get(&BALANCES, ["us", "other"])?));
    assert_eq!(other.await?, None);
    Ok(())
}

/// What it decided without knowing does not count.
pub async fn a_use_case_that_goes_on_without_a_record_writes_nothing(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    set(&store, [10, 0]).await?;
    let careless = run(&store, |records| {
        let known = records.get(&BALANCES, ["us", "one"]).unwrap_or(None);
        let name = if known.is_some() { "known" } else { "unknown" };
        records.put(&BALANCES, ["us", name], &1);
        Ok(known)
    });
    assert_eq!(careless.await?, Some(10));
    let unknown = run(&store, |records| Ok(records.get(&BALANCES, ["us", "unknown"])?));
    assert_eq!(unknown.await?, None);
    Ok(())
}

/// It would run for ever.
pub async fn a_stop_without_reason_is_a_breakdown(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    let stopping = run(&store, |records| {
        records.put(&BALANCES, ["us", "one"], &1);
        Err::<(), _>(Stop::Unready(Unready::new()))
    });
    assert!(stopping.await.is_err());
    assert!(store.is_empty().await?);
    Ok(())
}
