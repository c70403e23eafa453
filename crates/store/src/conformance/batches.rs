//! Keys, versions and commits.

use crate::conformance::{Checked, key, value, version};
use crate::engine::{Batch, Engine, Outcome, Range, Write};
use domain::records::Breakdown;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Also with bytes that are no text, and under the empty key.
pub async fn what_was_put_is_read_back(engine: Arc<dyn Engine>) -> Checked {
    let odd = vec![0, 255, 0, 1, 0];
    let mut batch = Batch::default().putting("a", "1").putting("", "none").putting("empty", "");
    batch.writes.insert(odd.clone(), Write::Put(odd.as_slice().into()));
    assert_eq!(engine.commit(batch).await?, Outcome::Done);
    assert_eq!(value(&*engine, "a").await?, Some(key("1")));
    assert_eq!(value(&*engine, "").await?, Some(key("none")));
    assert_eq!(value(&*engine, "empty").await?, Some(key("")));
    let found = engine.get_many(std::slice::from_ref(&odd)).await?.pop().flatten();
    assert_eq!(found.map(|found| found.value.to_vec()), Some(odd));
    Ok(())
}

/// Nothing is `None`, not an empty value.
pub async fn an_absent_key_holds_nothing(engine: Arc<dyn Engine>) -> Checked {
    assert_eq!(value(&*engine, "a").await?, None);
    assert!(engine.get_many(&[]).await?.is_empty());
    Ok(())
}

/// Also when a key is asked for twice.
pub async fn keys_are_answered_in_the_order_asked(engine: Arc<dyn Engine>) -> Checked {
    engine.commit(Batch::default().putting("a", "1").putting("b", "2")).await?;
    let asked = ["b", "c", "a", "b"].map(key);
    let found = engine.get_many(&asked).await?;
    let values: Vec<_> = found.into_iter().map(|found| found.map(|found| found.value.to_vec())).collect();
    assert_eq!(values, [Some(key("2")), None, Some(key("1")), Some(key("2"))]);
    Ok(())
}

/// Deleting what is not there is no error.
pub async fn a_deleted_key_holds_nothing(engine: Arc<dyn Engine>) -> Checked {
    engine.commit(Batch::default().putting("a", "1").putting("b", "2")).await?;
    let outcome = engine.commit(Batch::default().deleting("a").deleting("never there")).await?;
    assert_eq!(outcome, Outcome::Done);
    assert_eq!(value(&*engine, "a").await?, None);
    assert_eq!(value(&*engine, "b").await?, Some(key("2")));
    Ok(())
}

/// Five megabytes, far more than any record has.
pub async fn a_large_value_comes_back_whole(engine: Arc<dyn Engine>) -> Checked {
    let large: Vec<u8> = (0..5_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let mut batch = Batch::default();
    batch.writes.insert(key("a"), Write::Put(large.as_slice().into()));
    engine.commit(batch).await?;
    assert!(value(&*engine, "a").await?.is_some_and(|found| found == large));
    Ok(())
}

/// None of the batch's writes is made.
pub async fn a_changed_key_is_a_conflict_that_writes_nothing(engine: Arc<dyn Engine>) -> Checked {
    engine.commit(Batch::default().putting("a", "1").putting("b", "1")).await?;
    let read = version(&*engine, "a").await?;
    engine.commit(Batch::default().putting("a", "1")).await?;
    let batch = Batch::default().expecting("a", read).putting("a", "2").putting("new", "2").deleting("b");
    assert_eq!(engine.commit(batch).await?, Outcome::Conflict);
    assert_eq!(value(&*engine, "a").await?, Some(key("1")));
    assert_eq!(value(&*engine, "b").await?, Some(key("1")));
    assert_eq!(value(&*engine, "new").await?, None);
    Ok(())
}

/// Absence is read as well.
pub async fn a_key_that_was_absent_and_is_there_is_a_conflict(engine: Arc<dyn Engine>) -> Checked {
    let batch = || Batch::default().expecting("a", None).putting("a", "1");
    assert_eq!(engine.commit(batch()).await?, Outcome::Done);
    assert_eq!(engine.commit(batch()).await?, Outcome::Conflict);
    Ok(())
}

/// Presence too.
pub async fn a_key_that_is_gone_is_a_conflict(engine: Arc<dyn Engine>) -> Checked {
    engine.commit(Batch::default().putting("a", "1")).await?;
    let read = version(&*engine, "a").await?;
    engine.commit(Batch::default().deleting("a")).await?;
    let batch = Batch::default().expecting("a", read).putting("a", "2");
    assert_eq!(engine.commit(batch).await?, Outcome::Conflict);
    assert_eq!(value(&*engine, "a").await?, None);
    Ok(())
}

/// Not after a deletion, not for the same value, not after a wipe.
pub async fn a_version_is_never_used_again(engine: Arc<dyn Engine>) -> Checked {
    let mut versions = Vec::new();
    for round in 0..12 {
        engine.commit(Batch::default().putting("a", "same")).await?;
        let version = version(&*engine, "a").await?;
        assert!(version.is_some() && !versions.contains(&version), "{version:?} in {versions:?}");
        versions.push(version);
        match round % 3 {
            0 => drop(engine.commit(Batch::default().deleting("a")).await?),
            1 => engine.wipe().await?,
            _ => {}
        }
    }
    Ok(())
}

/// Write skew: each reads both, each writes another one.
pub async fn two_writers_who_read_what_the_other_writes_do_not_both_succeed(
    engine: Arc<dyn Engine>,
) -> Checked {
    engine.commit(Batch::default().putting("a", "on call").putting("b", "on call")).await?;
    let (a, b) = (version(&*engine, "a").await?, version(&*engine, "b").await?);
    let read = || Batch::default().expecting("a", a).expecting("b", b);
    assert_eq!(engine.commit(read().putting("a", "away")).await?, Outcome::Done);
    assert_eq!(engine.commit(read().putting("b", "away")).await?, Outcome::Conflict);
    Ok(())
}

/// That is how reads made at several instants become reads of one.
pub async fn an_empty_commit_says_whether_what_was_read_is_still_so(engine: Arc<dyn Engine>) -> Checked {
    assert_eq!(engine.commit(Batch::default()).await?, Outcome::Done);
    engine.commit(Batch::default().putting("a", "1")).await?;
    let read = version(&*engine, "a").await?;
    let batch = || Batch::default().expecting("a", read).expecting("b", None);
    assert_eq!(engine.commit(batch()).await?, Outcome::Done);
    assert_eq!(version(&*engine, "a").await?, read);
    engine.commit(Batch::default().putting("b", "1")).await?;
    assert_eq!(engine.commit(batch()).await?, Outcome::Conflict);
    Ok(())
}

/// Also when an engine commits them in one group.
pub async fn of_many_commits_that_expect_the_same_one_succeeds(engine: Arc<dyn Engine>) -> Checked {
    let mut commits = JoinSet::new();
    for number in 0..50 {
        let engine = Arc::clone(&engine);
        let batch = Batch::default().expecting("a", None).putting("a", &number.to_string());
        commits.spawn(async move { engine.commit(batch).await });
    }
    let outcomes: Result<Vec<Outcome>, Breakdown> = commits.join_all().await.into_iter().collect();
    assert_eq!(outcomes?.into_iter().filter(|outcome| *outcome == Outcome::Done).count(), 1);
    Ok(())
}

/// A reader of what was wiped does not get to write.
pub async fn wiping_leaves_nothing_and_conflicts_with_all_who_read(engine: Arc<dyn Engine>) -> Checked {
    engine.commit(Batch::default().putting("a", "1").putting("b", "2").putting("", "3")).await?;
    let read = version(&*engine, "a").await?;
    let rows = engine.scan(&Range::everything(), 10).await?;
    engine.wipe().await?;
    assert!(engine.scan(&Range::everything(), 10).await?.is_empty());
    let by_key = Batch::default().expecting("a", read).putting("c", "3");
    assert_eq!(engine.commit(by_key).await?, Outcome::Conflict);
    let by_scan = Batch::default().having_seen(Range::everything(), &rows).putting("c", "3");
    assert_eq!(engine.commit(by_scan).await?, Outcome::Conflict);
    Ok(())
}
