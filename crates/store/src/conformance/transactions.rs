//! Use cases at the same time as others.

use crate::Store;
use crate::conformance::meddling::Meddling;
use crate::conformance::{Checked, Counting, run};
use crate::engine::{Batch, Engine, Write};
use crate::records::Records;
use crate::table::Table;
use domain::entropy::draw;
use domain::records::{Breakdown, Read, refuse};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::task::JoinSet;

const COUNTS: Table<1, i64> = Table::new("count");
const ACCOUNTS: Table<1, i64> = Table::new("account");
const TOTAL: i64 = 400;
const NAMES: [&str; 4] = ["a", "b", "c", "d"];

async fn count(store: &Store, name: &str) -> Result<Option<i64>, Breakdown> {
    let read = run(store, |records| Ok(records.get(&COUNTS, [name])?));
    read.await
}

/// Both what it has put and what it has deleted.
pub async fn a_run_reads_what_it_has_written(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    let read = run(&store, |records| {
        records.put(&COUNTS, ["a"], &1);
        let put = records.get(&COUNTS, ["a"])?;
        records.put(&COUNTS, ["a"], &2);
        let replaced = records.get(&COUNTS, ["a"])?;
        records.delete(&COUNTS, ["a"]);
        let deleted = records.get(&COUNTS, ["a"])?;
        records.put(&COUNTS, ["a"], &3);
        Ok([put, replaced, deleted])
    });
    assert_eq!(read.await?, [Some(1), Some(2), None]);
    assert_eq!(count(&store, "a").await?, Some(3));
    Ok(())
}

/// And is handed on as it is.
pub async fn a_refusal_writes_nothing(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    let dice = Counting::default();
    let refusing = store.transact(&dice, |records, _| {
        records.put(&COUNTS, ["a"], &1);
        match records.get(&COUNTS, ["b"])? {
            Some(_) => Ok(()),
            None => refuse("there is no `b`"),
        }
    });
    let refused: Result<(), &str> = refusing.await?;
    assert_eq!(refused, Err("there is no `b`"));
    assert!(store.is_empty().await?);
    Ok(())
}

/// No update is lost, and nobody waits in vain.
pub async fn increments_at_the_same_time_sum_up(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    let mut increments = JoinSet::new();
    for _ in 0..64 {
        let store = store.clone();
        increments.spawn(async move {
            let increment = run(&store, |records| {
                let count = records.get(&COUNTS, ["a"])?.unwrap_or(0);
                records.put(&COUNTS, ["a"], &(count + 1));
                Ok(())
            });
            increment.await
        });
    }
    increments.join_all().await.into_iter().collect::<Checked>()?;
    assert_eq!(count(&store, "a").await?, Some(64));
    Ok(())
}

/// Whoever goes off duty has seen that another stays: no write skew, over keys or over a scan.
pub async fn a_rule_over_two_records_holds_under_concurrent_writers(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    for by_scan in [false, true] {
        open_accounts(&store).await?;
        let mut leaving = JoinSet::new();
        for name in NAMES {
            let store = store.clone();
            leaving.spawn(async move {
                let dice = Counting::default();
                let left = store.transact(&dice, |records, _| {
                    let others = sum(records, by_scan)? - TOTAL / 4;
                    if others == 0 {
                        return refuse("nobody else is on duty");
                    }
                    records.put(&ACCOUNTS, [name], &0);
                    Ok(())
                });
                left.await
            });
        }
        let left: Result<Vec<_>, Breakdown> = leaving.join_all().await.into_iter().collect();
        assert_eq!(left?.into_iter().filter(Result::is_err).count(), 1);
    }
    Ok(())
}

/// The use case runs again and sees the phantom.
pub async fn a_row_that_appears_between_reading_and_committing_is_noticed(
    engine: Arc<dyn Engine>,
) -> Checked {
    let mut phantom = Batch::default();
    phantom.writes.insert(ACCOUNTS.key(["phantom"]), Write::Put(b"1".as_slice().into()));
    let store = Store::new(Arc::new(Meddling::new(engine, phantom)));
    let counted = run(&store, |records| {
        let rows = records.scan(&ACCOUNTS.all(), 10)?.len();
        records.put(&COUNTS, ["rows"], &i64::try_from(rows).unwrap_or(-1));
        Ok(rows)
    });
    assert_eq!(counted.await?, 1);
    assert_eq!(count(&store, "rows").await?, Some(1));
    Ok(())
}

/// Rows beyond the limit were not read; the last row within it was.
pub async fn a_limited_scan_has_read_up_to_its_last_row(engine: Arc<dyn Engine>) -> Checked {
    for (changed, runs_again) in [("c", false), ("b", true), ("aa", true)] {
        engine.wipe().await?;
        open_accounts(&Store::new(Arc::clone(&engine))).await?;
        let mut change = Batch::default();
        change.writes.insert(ACCOUNTS.key([changed]), Write::Put(b"7".as_slice().into()));
        let store = Store::new(Arc::new(Meddling::new(Arc::clone(&engine), change)));
        let finished = Mutex::new(0);
        let scanning = run(&store, |records| {
            records.scan(&ACCOUNTS.all(), 2)?;
            records.put(&COUNTS, ["scans"], &1);
            *finished.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            Ok(())
        });
        scanning.await?;
        let finished = finished.into_inner().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(finished, if runs_again { 2 } else { 1 }, "{changed}");
    }
    Ok(())
}

/// So that an id is drawn once, however often the use case runs.
pub async fn draws_are_the_same_in_every_run(engine: Arc<dyn Engine>) -> Checked {
    let mut change = Batch::default();
    change.writes.insert(COUNTS.key(["a"]), Write::Put(b"7".as_slice().into()));
    let store = Store::new(Arc::new(Meddling::new(engine, change)));
    let entropy = Counting::default();
    let runs = Mutex::new(Vec::new());
    let drawn = store.transact(&entropy, |records, entropy| {
        let drawn: [u8; 4] = draw(entropy);
        let found = records.get(&COUNTS, ["a"]);
        runs.lock().unwrap_or_else(PoisonError::into_inner).push((drawn, found.as_ref().ok().copied()));
        let more = if found?.is_some() { draw::<2>(entropy) } else { [0, 0] };
        records.put(&COUNTS, ["drawn"], &i64::from(u32::from_le_bytes(drawn)));
        Ok((drawn, more))
    });
    assert_eq!(drawn.await?, Ok::<_, Infallible>(([0, 1, 2, 3], [4, 5])));
    let runs = runs.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(runs.iter().all(|(drawn, _)| *drawn == [0, 1, 2, 3]), "{runs:?}");
    assert!(
        runs.contains(&([0, 1, 2, 3], Some(None))) && runs.last() == Some(&([0, 1, 2, 3], Some(Some(7))))
    );
    Ok(())
}

/// Whether they succeed or refuse, by key or by scan.
pub async fn readers_see_no_transfer_half_done(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    open_accounts(&store).await?;
    let mut tasks = JoinSet::new();
    for number in 0..4_usize {
        let transfers = store.clone();
        tasks.spawn(async move {
            for round in 0..25 {
                transfer(&transfers, number, number + 1 + round % 3).await?;
            }
            Ok(())
        });
        let reads = store.clone();
        tasks.spawn(async move {
            for round in 0..50 {
                let dice = Counting::default();
                let reading = reads.transact(&dice, |records, _| {
                    let sum = sum(records, number % 2 == 0)?;
                    if round % 2 == 0 { Ok(sum) } else { refuse(sum) }
                });
                let (Ok(seen) | Err(seen)) = reading.await?;
                assert_eq!(seen, TOTAL);
            }
            Ok(())
        });
    }
    tasks.join_all().await.into_iter().collect()
}

/// Which is how a first start is told from any other.
pub async fn a_store_is_empty_until_it_is_written_and_after_it_is_wiped(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    assert!(store.is_empty().await?);
    open_accounts(&store).await?;
    assert!(!store.is_empty().await?);
    store.wipe().await?;
    assert!(store.is_empty().await?);
    open_accounts(&store).await?;
    assert!(!store.is_empty().await?);
    Ok(())
}

pub(super) async fn open_accounts(store: &Store) -> Checked {
    let open = run(store, |records| {
        NAMES.iter().for_each(|name| records.put(&ACCOUNTS, [name], &(TOTAL / 4)));
        Ok(())
    });
    open.await
}

async fn transfer(store: &Store, from: usize, to: usize) -> Checked {
    let [from, to] = [from, to].map(|number| NAMES.get(number % 4).copied().unwrap_or("a"));
    let transfer = run(store, |records| {
        let had = [records.get(&ACCOUNTS, [from])?.unwrap_or(0), records.get(&ACCOUNTS, [to])?.unwrap_or(0)];
        records.put(&ACCOUNTS, [from], &(had[0] - 1));
        records.put(&ACCOUNTS, [to], &(had[1] + 1));
        Ok(())
    });
    transfer.await
}

fn sum(records: &mut Records<'_>, by_scan: bool) -> Read<i64> {
    if by_scan {
        return Ok(records.scan(&ACCOUNTS.all(), 10)?.into_iter().map(|found| found.value).sum());
    }
    let mut sum = 0;
    for name in NAMES {
        sum += records.get(&ACCOUNTS, [name])?.unwrap_or(0);
    }
    Ok(sum)
}
