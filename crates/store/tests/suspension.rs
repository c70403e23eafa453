//! Use cases over an engine that has to load what they read.

use domain::entropy::Entropy;
use domain::records::{Breakdown, Stop};
use std::convert::Infallible;
use std::sync::Arc;
use store::Store;
use store::breaking::{Breaking, Moment};
use store::late::Late;
use store::table::Table;

const POOLS: Table<1, String> = Table::new("pool");
const ROLES: Table<2, String> = Table::new("role");

struct NoDice;

impl Entropy for NoDice {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// The store, and the engine that counts its calls.
fn counted() -> (Store, Arc<Breaking>) {
    let counting = Arc::new(Breaking::new(Arc::new(Late::new(7)), usize::MAX, Moment::Before));
    (Store::new(counting.clone()), counting)
}

#[tokio::test]
async fn records_wanted_at_once_are_loaded_in_one_call() -> Result<(), Breakdown> {
    let (store, engine) = counted();
    let before = engine.calls();
    let read = store.transact(&NoDice, |records, _| {
        records.want(POOLS.key(["one"]));
        records.want(ROLES.key(["one", "guest"]));
        records.want(ROLES.key(["one", "never read"]));
        let pool = records.get(&POOLS, ["one"])?;
        Ok::<_, Stop<Infallible>>((pool, records.get(&ROLES, ["one", "guest"])?))
    });
    assert_eq!(read.await?, Ok((None, None)));
    // Asking for a snapshot is a call as well: one for each of the two runs.
    assert_eq!(engine.calls() - before, 3);
    Ok(())
}

#[tokio::test]
async fn reads_made_at_several_instants_are_validated() -> Result<(), Breakdown> {
    let (store, engine) = counted();
    let before = engine.calls();
    let read = store.transact(&NoDice, |records, _| {
        let pool = records.get(&POOLS, ["one"])?;
        Ok::<_, Stop<Infallible>>((pool, records.get(&ROLES, ["one", "guest"])?))
    });
    assert_eq!(read.await?, Ok((None, None)));
    // Three runs, two loads, one empty commit.
    assert_eq!(engine.calls() - before, 6);
    Ok(())
}

#[tokio::test]
async fn a_use_case_that_asks_for_ever_more_ends_in_a_breakdown() {
    let (store, _) = counted();
    let endless = store.transact(&NoDice, |records, _| {
        for number in 0_u64.. {
            let read = records.get(&POOLS, [&number.to_string()]);
            if number > 10_000 {
                break;
            }
            read?;
        }
        Ok::<_, Stop<Infallible>>(())
    });
    assert!(endless.await.is_err());
}

#[test]
fn the_future_of_a_transaction_moves_between_threads() {
    fn moves<T: Send>(_: &T) {}
    let (store, _) = counted();
    moves(&store.transact(&NoDice, |records, _| Ok::<_, Stop<Infallible>>(records.get(&POOLS, ["one"])?)));
}
