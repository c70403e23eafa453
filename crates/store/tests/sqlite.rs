//! What the embedded engine promises beyond the contract.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use domain::records::Breakdown;
use rusqlite::Connection;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::engine::{Batch, Engine, Outcome, Range, Version, Write};
use store::sqlite::{OpenRefused, Sqlite};
use tempfile::TempDir;
use tokio::task::{JoinSet, spawn_blocking};

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder for a test");
    let path = folder.path().join("store.sqlite");
    (folder, path)
}

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path).expect("a store")
}

fn putting(key: &str, value: &[u8]) -> Batch {
    let mut batch = Batch::default();
    batch.writes.insert(key.as_bytes().to_vec(), Write::Put(value.into()));
    batch
}

async fn read(engine: &dyn Engine, key: &str) -> Option<(Vec<u8>, Version)> {
    let found = engine.get_many(&[key.as_bytes().to_vec()]).await.expect("an answer").pop().flatten();
    found.map(|found| (found.value.to_vec(), found.version))
}

fn log(path: &Path) -> PathBuf {
    path.with_extension("sqlite-wal")
}

#[tokio::test]
async fn everything_is_there_after_reopening() -> Result<(), Breakdown> {
    let (_folder, path) = place();
    let before = {
        let engine = open(&path);
        engine.commit(putting("a", b"1")).await?;
        read(&engine, "a").await
    };
    assert!(!log(&path).exists(), "a store that was closed has no log beside it");
    let engine = open(&path);
    assert!(before.is_some());
    assert_eq!(read(&engine, "a").await, before);
    Ok(())
}

#[tokio::test]
async fn no_version_is_used_again_after_reopening() -> Result<(), Breakdown> {
    let (_folder, path) = place();
    let mut versions = Vec::new();
    for _ in 0..3 {
        let engine = open(&path);
        engine.commit(putting("a", b"1")).await?;
        let (_, version) = read(&engine, "a").await.expect("what was put");
        assert!(!versions.contains(&version));
        versions.push(version);
        engine.wipe().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_was_acknowledged_is_there_although_nothing_was_closed() -> Result<(), Breakdown> {
    let (folder, path) = place();
    let engine = open(&path);
    engine.commit(putting("a", b"1")).await?;
    let copy = folder.path().join("copy.sqlite");
    fs::copy(&path, &copy).expect("a copy");
    fs::copy(log(&path), log(&copy)).expect("a copy of the log");
    assert_eq!(read(&open(&copy), "a").await.map(|(value, _)| value), Some(b"1".to_vec()));
    Ok(())
}

#[tokio::test]
async fn only_the_owner_can_read_the_file() -> Result<(), Breakdown> {
    let (_folder, path) = place();
    let engine = open(&path);
    engine.commit(putting("a", b"1")).await?;
    for file in [path.clone(), log(&path)] {
        let mode = fs::metadata(&file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file:?}");
    }
    Ok(())
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let (_folder, path) = place();
    let text = b"this is somebody's letter, and long enough to have the length of a header of a database. "
        .repeat(20);
    fs::write(&path, &text).expect("a file");
    let refused = Sqlite::open(&path).err().expect("a refusal");
    assert!(matches!(&refused, OpenRefused::Foreign(_)), "{refused}");
    assert!(refused.to_string().contains("choose another data folder"), "{refused}");
    assert_eq!(fs::read(&path).expect("the file"), text);
}

#[test]
fn somebody_elses_database_is_refused_and_left_as_it_is() {
    let (_folder, path) = place();
    let other = Connection::open(&path).expect("a database");
    other.execute_batch("CREATE TABLE recipes (name TEXT)").expect("a table");
    drop(other);
    let before = fs::read(&path).expect("the file");
    assert!(matches!(Sqlite::open(&path), Err(OpenRefused::Foreign(_))));
    assert_eq!(fs::read(&path).expect("the file"), before);
}

#[test]
fn a_newer_format_is_refused_with_what_to_do() {
    let (_folder, path) = place();
    drop(open(&path));
    let newer = Connection::open(&path).expect("a database");
    newer.pragma_update(None, "user_version", 7).expect("a format");
    drop(newer);
    let refused = Sqlite::open(&path).err().expect("a refusal").to_string();
    assert!(refused.contains("format 7, this one reads up to 1"), "{refused}");
    assert!(refused.contains("start that version"), "{refused}");
}

#[test]
fn a_place_without_a_folder_is_refused_with_what_to_check() {
    let (folder, _) = place();
    let refused = Sqlite::open(&folder.path().join("nowhere").join("store.sqlite")).err().expect("a refusal");
    assert!(refused.to_string().contains("check that the folder exists"), "{refused}");
}

/// What a run reads before and after others write: `a`, whether there is a `b`, and whether that was of one instant.
async fn read_across_a_write(is_known: bool) -> Result<(Vec<Option<Vec<u8>>>, bool, bool), Breakdown> {
    let (_folder, path) = place();
    let mut engine = Arc::new(open(&path));
    engine.commit(putting("a", b"before")).await?;
    if !is_known {
        drop(engine);
        engine = Arc::new(open(&path));
    }
    let writer = Arc::clone(&engine);
    let (write, begun) = tokio::sync::oneshot::channel::<()>();
    let (written, done) = std::sync::mpsc::channel::<()>();
    let reading = spawn_blocking(move || {
        let snapshot = engine.snapshot()?.expect("an engine with snapshots");
        let read = || Ok::<_, Breakdown>(snapshot.get(b"a")?.map(|found| found.value.to_vec()));
        let first = read()?;
        write.send(()).expect("a writer");
        done.recv().expect("a write");
        let second = read()?;
        let has_b = !snapshot.scan(&Range::prefix(b"b".to_vec()), 1)?.is_empty();
        Ok((vec![first, second], has_b, snapshot.is_of_one_instant()))
    });
    begun.await.expect("a reader");
    writer.commit(putting("a", b"after")).await?;
    writer.commit(putting("b", b"after")).await?;
    written.send(()).expect("a reader");
    let seen = reading.await.expect("a reader");
    assert_eq!(read(&*writer, "a").await.map(|(value, _)| value), Some(b"after".to_vec()));
    seen
}

#[tokio::test]
async fn what_is_read_from_the_file_stays_at_its_instant_while_others_write() -> Result<(), Breakdown> {
    let before = Some(b"before".to_vec());
    assert_eq!(read_across_a_write(false).await?, (vec![before.clone(), before], false, true));
    Ok(())
}

#[tokio::test]
async fn what_was_read_across_a_write_says_that_it_is_not_of_one_instant() -> Result<(), Breakdown> {
    let (read, has_b, is_of_one_instant) = read_across_a_write(true).await?;
    assert_eq!((read, has_b), (vec![Some(b"before".to_vec()), Some(b"after".to_vec())], true));
    assert!(!is_of_one_instant);
    Ok(())
}

#[tokio::test]
async fn what_others_wrote_or_wiped_is_read_and_never_what_was_known_before() -> Result<(), Breakdown> {
    let (_folder, path) = place();
    let engine = open(&path);
    let seen =
        || Ok::<_, Breakdown>(engine.snapshot()?.expect("snapshots").get(b"a")?.map(|it| it.value.to_vec()));
    assert_eq!(seen()?, None);
    for value in [b"one", b"two"] {
        engine.commit(putting("a", value)).await?;
        assert_eq!(seen()?, Some(value.to_vec()));
    }
    engine.wipe().await?;
    assert_eq!(seen()?, None);
    Ok(())
}

#[test]
fn more_readers_than_connections_wait_for_each_other() {
    let (_folder, path) = place();
    let engine = open(&path);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let snapshot = engine.snapshot().expect("a snapshot").expect("an engine with snapshots");
                    assert!(snapshot.get(b"a").expect("an answer").is_none());
                }
            });
        }
    });
}

#[tokio::test]
async fn a_write_that_fails_leaves_nothing_of_its_batch_and_harms_no_later_one() -> Result<(), Breakdown> {
    let (_folder, path) = place();
    drop(open(&path));
    let shell = Connection::open(&path).expect("a database");
    let full = "CREATE TRIGGER full BEFORE INSERT ON records WHEN new.k = CAST('b' AS BLOB)
                BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
    shell.execute_batch(full).expect("a trigger");
    let engine = open(&path);
    let mut batch = putting("a", b"1");
    batch.writes.extend(putting("b", b"1").writes);
    let broken = engine.commit(batch).await.expect_err("a breakdown");
    assert!(broken.to_string().contains("the disk is full"), "{broken}");
    assert!(engine.scan(&Range::everything(), 1).await?.is_empty());
    shell.execute_batch("DROP TRIGGER full").expect("no trigger");
    assert_eq!(engine.commit(putting("b", b"1")).await?, Outcome::Done);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_short_although_somebody_always_reads() -> Result<(), Breakdown> {
    let (_folder, path) = place();
    let engine = Arc::new(open(&path));
    let written = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..3 {
        let (engine, written) = (Arc::clone(&engine), Arc::clone(&written));
        readers.spawn_blocking(move || -> Result<(), Breakdown> {
            while !written.load(Ordering::Relaxed) {
                let snapshot = engine.snapshot()?.expect("an engine with snapshots");
                snapshot.scan(&Range::everything(), 100)?;
            }
            Ok(())
        });
    }
    let mut longest = 0;
    for number in 0..240_u8 {
        // SQLite writes no page that stays as it is.
        let value = vec![number; 256 << 10];
        engine.commit(putting(&format!("{}", number % 10), &value)).await?;
        longest = longest.max(fs::metadata(log(&path)).map_or(0, |log| log.len()));
    }
    written.store(true, Ordering::Relaxed);
    readers.join_all().await.into_iter().collect::<Result<(), _>>()?;
    assert!(longest < 32 << 20, "the log was {longest} bytes long after 60 MiB of writes");
    Ok(())
}

#[tokio::test]
async fn dropping_the_store_finishes_what_was_begun() {
    let (_folder, path) = place();
    let engine = open(&path);
    {
        let mut commit = engine.commit(putting("a", b"1"));
        // Asked once, so that it is on its way, and then forgotten.
        let waker = std::task::Waker::noop();
        let _: std::task::Poll<_> = commit.as_mut().poll(&mut std::task::Context::from_waker(waker));
    }
    drop(engine);
    assert!(read(&open(&path), "a").await.is_some());
}

#[tokio::test]
async fn a_copy_is_one_moment_for_its_owner_alone_and_a_store_like_any_other() -> Result<(), Breakdown> {
    let (folder, path) = place();
    let engine = Arc::new(open(&path));
    // Both keys are always written together.
    let both = |number: usize| {
        let value = number.to_string();
        let mut batch = putting("a", value.as_bytes());
        batch.writes.extend(putting("b", value.as_bytes()).writes);
        batch
    };
    engine.commit(both(0)).await?;
    let is_done = Arc::new(AtomicBool::new(false));
    let writing = tokio::spawn({
        let (engine, is_done) = (engine.clone(), is_done.clone());
        async move {
            for number in 1.. {
                if is_done.load(Ordering::SeqCst) || engine.commit(both(number)).await.is_err() {
                    return number;
                }
            }
            0
        }
    });
    for number in 0..5 {
        let copy = folder.path().join(format!("copy-{number}"));
        let (from, to) = (engine.clone(), copy.clone());
        spawn_blocking(move || from.copy_to(&to)).await.expect("no panic")?;
        assert_eq!(fs::metadata(&copy).expect("a file").permissions().mode() & 0o777, 0o600);
        assert!(engine.copy_to(&copy).is_err(), "what is there is not written over");
        let copied = open(&copy);
        let (a, b) = (read(&copied, "a").await, read(&copied, "b").await);
        assert!(a.is_some() && a.map(|(value, _)| value) == b.map(|(value, _)| value));
    }
    is_done.store(true, Ordering::SeqCst);
    assert!(writing.await.expect("no panic") > 0, "nothing was written meanwhile");
    Ok(())
}
