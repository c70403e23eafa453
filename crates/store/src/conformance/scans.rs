//! Ranges, and listings over them.

use crate::Store;
use crate::conformance::{Checked, key, keys, range, run};
use crate::engine::{Batch, Engine, Key, Outcome, Range, Write};
use crate::table::{Rows, Table};
use domain::records::{Breakdown, Stop};
use std::convert::Infallible;
use std::sync::Arc;

const NAMES: Table<2, u32> = Table::new("name");
const LINKS: Table<3, ()> = Table::new("link");

/// Bytes are unsigned, and a key comes before all that it begins.
pub async fn rows_come_in_the_order_of_their_bytes(engine: Arc<dyn Engine>) -> Checked {
    let mut unordered: Vec<Key> =
        [&b"b"[..], b"", b"a\0", b"\xff\xff", b"a", b"ab", b"\0", b"a\x01", b"\x80", b"a\0\xff", b"Z"]
            .map(<[u8]>::to_vec)
            .to_vec();
    let mut batch = Batch::default();
    for key in &unordered {
        batch.writes.insert(key.clone(), Write::Put([0_u8].as_slice().into()));
    }
    engine.commit(batch).await?;
    unordered.sort();
    assert_eq!(keys(&engine.scan(&Range::everything(), 100).await?), unordered);
    Ok(())
}

/// The start belongs to a range, the end does not.
pub async fn a_scan_stops_at_its_limit_and_its_end(engine: Arc<dyn Engine>) -> Checked {
    let batch =
        ["a", "b", "c", "d"].into_iter().fold(Batch::default(), |batch, name| batch.putting(name, name));
    engine.commit(batch).await?;
    let rows = engine.scan(&range("b", "d"), 10).await?;
    assert_eq!(keys(&rows), ["b", "c"].map(key));
    assert!(rows.iter().all(|row| row.key == row.stamped.value.as_ref()));
    assert_eq!(keys(&engine.scan(&range("b", "d"), 1).await?), [key("b")]);
    assert_eq!(keys(&engine.scan(&Range::everything(), 3).await?), ["a", "b", "c"].map(key));
    assert_eq!(
        keys(&engine.scan(&Range { start: key("c"), end: None }, usize::MAX).await?),
        ["c", "d"].map(key)
    );
    assert!(engine.scan(&Range::everything(), 0).await?.is_empty());
    Ok(())
}

/// Nor does one that ends where it starts.
pub async fn a_range_that_ends_before_it_starts_holds_nothing(engine: Arc<dyn Engine>) -> Checked {
    engine.commit(Batch::default().putting("b", "1")).await?;
    for empty in [range("c", "a"), range("b", "b"), range("", "")] {
        assert!(engine.scan(&empty, 10).await?.is_empty());
        let batch = Batch::default().having_seen(empty, &[]).putting("c", "1");
        assert_eq!(engine.commit(batch).await?, Outcome::Done);
    }
    Ok(())
}

/// Whether a commit conflicts that has seen `b` to `d`, with `b` and `c` in it, after this was done.
async fn outcome_after(engine: &dyn Engine, meanwhile: Batch) -> Result<Outcome, Breakdown> {
    engine.commit(Batch::default().putting("a", "1").putting("b", "1").putting("c", "1")).await?;
    let rows = engine.scan(&range("b", "d"), 10).await?;
    engine.commit(meanwhile).await?;
    engine.commit(Batch::default().having_seen(range("b", "d"), &rows).putting("other", "1")).await
}

/// A phantom, wherever it appears; also in a range that was empty.
pub async fn a_row_that_appears_in_a_scanned_range_is_a_conflict(engine: Arc<dyn Engine>) -> Checked {
    for phantom in ["b\0", "bb", "cc"] {
        engine.wipe().await?;
        let meanwhile = Batch::default().putting(phantom, "1");
        assert_eq!(outcome_after(&*engine, meanwhile).await?, Outcome::Conflict, "{phantom}");
    }
    engine.wipe().await?;
    let batch = || Batch::default().having_seen(Range::everything(), &[]).putting("first", "1");
    assert_eq!(engine.commit(batch()).await?, Outcome::Done);
    assert_eq!(engine.commit(batch()).await?, Outcome::Conflict);
    Ok(())
}

/// Also to the same value.
pub async fn a_row_that_changes_in_a_scanned_range_is_a_conflict(engine: Arc<dyn Engine>) -> Checked {
    let meanwhile = Batch::default().putting("c", "1");
    assert_eq!(outcome_after(&*engine, meanwhile).await?, Outcome::Conflict);
    Ok(())
}

/// Also when another takes its place.
pub async fn a_row_that_leaves_a_scanned_range_is_a_conflict(engine: Arc<dyn Engine>) -> Checked {
    let meanwhile = Batch::default().deleting("b");
    assert_eq!(outcome_after(&*engine, meanwhile).await?, Outcome::Conflict);
    engine.wipe().await?;
    let meanwhile = Batch::default().deleting("b").putting("bb", "1");
    assert_eq!(outcome_after(&*engine, meanwhile).await?, Outcome::Conflict);
    Ok(())
}

/// The end is beside it.
pub async fn a_row_beside_a_scanned_range_is_no_conflict(engine: Arc<dyn Engine>) -> Checked {
    let meanwhile = Batch::default().putting("a", "2").putting("d", "1").putting("az", "1");
    assert_eq!(outcome_after(&*engine, meanwhile).await?, Outcome::Done);
    Ok(())
}

async fn store_of(engine: Arc<dyn Engine>, names: &[&str]) -> Result<Store, Breakdown> {
    let store = Store::new(engine);
    let put = run(&store, |records| {
        records.put(&NAMES, ["before", "name"], &0);
        records.put(&NAMES, ["bucket2", "name"], &0);
        for name in names {
            records.put(&NAMES, ["bucket", name], &1);
        }
        Ok(())
    });
    put.await?;
    Ok(store)
}

async fn list(store: &Store, rows: Rows<'_, 2, u32>, limit: usize) -> Result<Vec<String>, Breakdown> {
    let listed = run(store, |records| {
        let found = records.scan(&rows, limit)?;
        Ok(found.into_iter().map(|found| found.name).collect())
    });
    listed.await
}

/// As buckets are listed: in binary order of names, page by page, past common prefixes.
pub async fn names_are_listed_by_prefix_start_and_limit(engine: Arc<dyn Engine>) -> Checked {
    let names = ["a", "a/b", "a/c", "a0", "b/", "é", "z", "\u{10FFFF}"];
    let store = store_of(engine, &names).await?;
    let bucket = || NAMES.under(["bucket"]);
    assert_eq!(list(&store, bucket(), 100).await?, ["a", "a/b", "a/c", "a0", "b/", "z", "é", "\u{10FFFF}"]);
    assert_eq!(list(&store, bucket().starting_with("a/"), 100).await?, ["a/b", "a/c"]);
    assert_eq!(list(&store, bucket().starting_with("a").after("a/b"), 100).await?, ["a/c", "a0"]);
    assert_eq!(list(&store, bucket().from("a/c"), 2).await?, ["a/c", "a0"]);
    assert_eq!(list(&store, bucket().past("a/"), 2).await?, ["a0", "b/"]);
    assert_eq!(list(&store, bucket().starting_with("\u{10FFFF}"), 2).await?, ["\u{10FFFF}"]);
    assert!(list(&store, bucket().past(""), 2).await?.is_empty());
    assert!(list(&store, bucket().starting_with("a").after("c"), 2).await?.is_empty());
    assert_eq!(list(&store, NAMES.all(), 1).await?, ["name"]);
    Ok(())
}

/// Nobody's name can reach into another bucket.
pub async fn names_with_nuls_are_listed_in_order(engine: Arc<dyn Engine>) -> Checked {
    let store = store_of(engine, &["\0", "a\0b", "a", "a\u{1}", "\0\u{1}bucket2"]).await?;
    let bucket = || NAMES.under(["bucket"]);
    let all = ["\0", "\0\u{1}bucket2", "a", "a\0b", "a\u{1}"];
    assert_eq!(list(&store, bucket(), 100).await?, all);
    assert_eq!(list(&store, bucket().starting_with("a\0"), 100).await?, ["a\0b"]);
    assert_eq!(list(&store, bucket().after("a"), 1).await?, ["a\0b"]);
    assert!(list(&store, NAMES.under(["bucket\0"]), 100).await?.is_empty());
    Ok(())
}

/// And begin after a whole part, not in the middle of one.
pub async fn index_rows_are_listed_by_any_leading_part(engine: Arc<dyn Engine>) -> Checked {
    let store = Store::new(engine);
    let listed = run(&store, |records| {
        for [first, second, last] in [["p", "a", "1"], ["p", "a\0", "2"], ["p", "ab", "3"], ["q", "a", "4"]] {
            records.put(&LINKS, [first, second, last], &());
        }
        let mut list = |rows: Rows<'_, 3, ()>| -> Result<String, Stop<Infallible>> {
            Ok(records.scan(&rows, 10)?.into_iter().map(|found| found.name).collect())
        };
        let under = || LINKS.under(["p"]);
        Ok([
            list(LINKS.all())?,
            list(under())?,
            list(LINKS.under(["p", "a"]))?,
            list(under().after("a"))?,
            list(under().starting_with("a\0"))?,
        ])
    });
    let listed = listed.await?;
    assert_eq!(listed, ["1234", "123", "1", "23", "2"]);
    Ok(())
}

/// Rows put appear, rows deleted do not, and the limit is met all the same.
pub async fn a_scan_sees_what_the_same_run_has_written(engine: Arc<dyn Engine>) -> Checked {
    let store = store_of(engine, &["b", "d", "f", "h", "j"]).await?;
    let listed = run(&store, |records| {
        records.delete(&NAMES, ["bucket", "b"]);
        records.delete(&NAMES, ["bucket", "f"]);
        records.put(&NAMES, ["bucket", "d"], &2);
        records.put(&NAMES, ["bucket", "c"], &3);
        records.put(&NAMES, ["bucket", "k"], &4);
        let mut list = |limit| -> Result<Vec<(String, u32)>, Stop<Infallible>> {
            let found = records.scan(&NAMES.under(["bucket"]), limit)?;
            Ok(found.into_iter().map(|found| (found.name, found.value)).collect())
        };
        Ok([list(3)?, list(100)?, list(0)?])
    });
    let [three, all, none] = listed.await?;
    let row = |(name, value): (&str, u32)| (name.to_owned(), value);
    assert_eq!(three, [("c", 3), ("d", 2), ("h", 1)].map(row));
    assert_eq!(all, [("c", 3), ("d", 2), ("h", 1), ("j", 1), ("k", 4)].map(row));
    assert!(none.is_empty());
    Ok(())
}
