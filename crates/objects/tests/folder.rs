//! What a folder of contents promises to those who write, read and delete.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use bytes::Bytes;
use domain::records::Breakdown;
use domain::s3::object::ContentId;
use objects::{ContentStream, Folder, Incoming, Listed};
use std::fs::{self, File};
use std::future::poll_fn;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::mpsc;
use std::task::Poll;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;

const CHUNK: usize = 64 * 1024;

fn folder() -> (TempDir, Folder) {
    let root = tempfile::tempdir().unwrap();
    let folder = Folder::open(root.path()).unwrap();
    (root, folder)
}

fn id(number: u128) -> ContentId {
    ContentId::parse(&format!("{number:032x}")).unwrap()
}

/// Bytes that differ from chunk to chunk, so that a chunk out of place is seen.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at ^ (at >> 8) ^ (at >> 16)) & 0xff).unwrap()).collect()
}

async fn write(
    folder: &Folder,
    id: &ContentId,
    pieces: impl Iterator<Item = &[u8]>,
) -> Result<(), Breakdown> {
    let mut incoming = folder.begin(id);
    for piece in pieces {
        incoming.write(piece).await?;
    }
    incoming.finish().await
}

async fn put(folder: &Folder, id: &ContentId, bytes: &[u8]) {
    write(folder, id, std::iter::once(bytes)).await.unwrap();
}

async fn collect(mut stream: ContentStream) -> Result<Vec<u8>, Breakdown> {
    let mut all = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk: Bytes = chunk?;
        assert!(!chunk.is_empty() && chunk.len() <= CHUNK, "a chunk of {} bytes", chunk.len());
        all.extend_from_slice(&chunk);
    }
    Ok(all)
}

async fn get(folder: &Folder, id: &ContentId, start: usize, end: usize) -> Option<Vec<u8>> {
    let stream = folder.read(id, start as u64..end as u64).await.unwrap()?;
    Some(collect(stream).await.unwrap())
}

async fn list(folder: &Folder) -> Vec<Listed> {
    let mut listing = folder.list().await.unwrap();
    let mut all = Vec::new();
    while let Some(batch) = listing.next().await {
        let batch = batch.unwrap();
        assert!(!batch.is_empty() && batch.len() <= 1000, "a batch of {}", batch.len());
        all.extend(batch);
    }
    all
}

/// Every file under a folder.
fn files(root: &Path) -> Vec<PathBuf> {
    let (folders, mut files): (Vec<_>, Vec<_>) =
        fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| self::files(folder)));
    files
}

/// The one file under a folder.
fn only_file(root: &Path) -> PathBuf {
    let files = files(root);
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[tokio::test]
async fn what_was_written_in_pieces_of_any_size_is_read_back() {
    let (_root, folder) = folder();
    let sizes = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 5 * CHUNK + 4321];
    let pieces = [997, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7];
    let mut number = 0;
    for size in sizes {
        for piece in pieces {
            number += 1;
            let content = bytes(size);
            write(&folder, &id(number), content.chunks(piece)).await.unwrap();
            let read = get(&folder, &id(number), 0, size).await.unwrap();
            assert!(read == content, "{size} bytes in pieces of {piece}");
        }
    }
}

#[tokio::test]
async fn bytes_written_one_by_one_and_with_nothing_between_are_read_back() {
    let (_root, folder) = folder();
    let content = bytes(CHUNK + 10);
    let pieces = content.chunks(1).flat_map(|byte| [byte, &[]]);
    write(&folder, &id(1), pieces).await.unwrap();
    assert!(get(&folder, &id(1), 0, content.len()).await.unwrap() == content);
}

#[tokio::test]
async fn a_range_gives_its_bytes_and_no_others() {
    let (_root, folder) = folder();
    let content = bytes(3 * CHUNK + 5);
    put(&folder, &id(1), &content).await;
    let edges = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK, content.len() - 1, content.len()];
    for start in edges {
        for end in edges.into_iter().filter(|end| *end >= start) {
            let read = get(&folder, &id(1), start, end).await.unwrap();
            assert!(read == content[start..end], "{start}..{end}");
        }
    }
}

#[tokio::test]
async fn a_content_that_was_never_written_is_absent() {
    let (_root, folder) = folder();
    assert!(folder.read(&id(1), 0..0).await.unwrap().is_none());
    assert!(folder.read(&id(1), 0..10).await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_can_be_read_before_the_content_is_finished() {
    let (_root, folder) = folder();
    let mut incoming = folder.begin(&id(1));
    incoming.write(&bytes(2 * CHUNK + 1)).await.unwrap();
    assert!(folder.read(&id(1), 0..1).await.unwrap().is_none());
    assert!(list(&folder).await.is_empty());
    incoming.finish().await.unwrap();
    assert!(folder.read(&id(1), 0..1).await.unwrap().is_some());
}

#[test]
fn a_content_dropped_unfinished_leaves_nothing_behind() {
    let (root, folder) = folder();
    for size in [0, 1, CHUNK, 3 * CHUNK] {
        let runtime = Runtime::new().unwrap();
        runtime.block_on(async {
            let mut incoming = folder.begin(&id(1));
            incoming.write(&bytes(size)).await.unwrap();
        });
        // Waits for the deletion.
        drop(runtime);
        assert_eq!(files(root.path()), [] as [PathBuf; 0], "{size} bytes");
    }
}

/// A content of which a write was cancelled while it waited for the disk.
fn cancelled(folder: &Folder, runtime: &Runtime) -> Incoming {
    let (release, released) = mpsc::channel::<()>();
    let busy = runtime.spawn_blocking(move || released.recv());
    let mut incoming = folder.begin(&id(1));
    runtime.block_on(async {
        let content = bytes(3 * CHUNK);
        let mut writing = pin!(incoming.write(&content));
        assert!(poll_fn(|context| Poll::Ready(writing.as_mut().poll(context).is_pending())).await);
    });
    drop(release);
    runtime.block_on(busy).unwrap().unwrap_err();
    incoming
}

/// A runtime with one thread that may block, so that a test can keep the disk busy.
fn runtime() -> Runtime {
    Builder::new_current_thread().max_blocking_threads(1).build().unwrap()
}

#[test]
fn a_content_dropped_in_the_middle_of_a_write_leaves_nothing_behind() {
    let (root, folder) = folder();
    let runtime = runtime();
    drop(cancelled(&folder, &runtime));
    drop(runtime);
    assert_eq!(files(root.path()), [] as [PathBuf; 0]);
}

#[test]
fn a_content_of_which_a_write_was_cancelled_cannot_be_finished() {
    let (root, folder) = folder();
    let runtime = runtime();
    let incoming = cancelled(&folder, &runtime);
    assert!(runtime.block_on(incoming.finish()).is_err());
    assert!(runtime.block_on(folder.read(&id(1), 0..0)).unwrap().is_none());
    drop(runtime);
    assert_eq!(files(root.path()), [] as [PathBuf; 0]);
}

#[tokio::test]
async fn opening_removes_what_a_crash_left_unfinished_and_keeps_the_contents() {
    let (root, folder) = folder();
    put(&folder, &id(1), b"kept").await;
    let mut incoming = folder.begin(&id(2));
    incoming.write(&bytes(2 * CHUNK)).await.unwrap();
    // Forgotten, as by a crash: nothing is cleaned up.
    std::mem::forget(incoming);
    assert_eq!(files(root.path()).len(), 2);

    let folder = Folder::open(root.path()).unwrap();
    assert!(only_file(root.path()).starts_with(root.path().join("content")));
    assert_eq!(get(&folder, &id(1), 0, 4).await.unwrap(), b"kept");
}

#[tokio::test]
async fn a_second_content_of_the_same_id_is_refused_and_the_first_stays() {
    let (root, folder) = folder();
    put(&folder, &id(1), b"first").await;
    for size in [6, 2 * CHUNK] {
        assert!(write(&folder, &id(1), std::iter::once(bytes(size).as_slice())).await.is_err());
    }
    assert_eq!(get(&folder, &id(1), 0, 5).await.unwrap(), b"first");
    assert_eq!(files(root.path()).len(), 1);
}

#[tokio::test]
async fn many_can_write_and_read_at_the_same_time() {
    let (_root, folder) = folder();
    let mut writers = JoinSet::new();
    for number in 0..100_u8 {
        let folder = folder.clone();
        writers.spawn(async move {
            let id = id(u128::from(number) << 120);
            let content = vec![number; usize::from(number) * 3001];
            write(&folder, &id, content.chunks(7919)).await.unwrap();
            assert!(get(&folder, &id, 0, content.len()).await.unwrap() == content, "content {number}");
        });
    }
    writers.join_all().await;
    assert_eq!(list(&folder).await.len(), 100);
}

#[tokio::test]
async fn a_content_deleted_while_it_is_read_is_read_to_its_end() {
    let (_root, folder) = folder();
    let content = bytes(4 * CHUNK);
    put(&folder, &id(1), &content).await;
    let mut stream = folder.read(&id(1), 0..content.len() as u64).await.unwrap().unwrap();
    let mut read = stream.next().await.unwrap().unwrap().to_vec();
    folder.delete(&id(1)).await.unwrap();
    read.extend(collect(stream).await.unwrap());
    assert!(read == content);
    assert!(folder.read(&id(1), 0..1).await.unwrap().is_none());
}

#[tokio::test]
async fn deleting_what_is_not_there_is_no_error() {
    let (_root, folder) = folder();
    folder.delete(&id(1)).await.unwrap();
}

#[tokio::test]
async fn a_content_shorter_than_its_record_says_is_a_breakdown() {
    let (_root, folder) = folder();
    put(&folder, &id(1), &bytes(100)).await;
    for range in [0..101, 100..101, 5000..5001, 0..u64::MAX] {
        assert!(folder.read(&id(1), range.clone()).await.is_err(), "{range:?}");
    }
}

#[tokio::test]
async fn a_content_cut_short_while_it_is_read_is_a_breakdown() {
    let (root, folder) = folder();
    let length = 4 * CHUNK as u64;
    put(&folder, &id(1), &bytes(4 * CHUNK)).await;
    let mut stream = folder.read(&id(1), 0..length).await.unwrap().unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), CHUNK);
    File::options().write(true).open(only_file(root.path())).unwrap().set_len(length - 1).unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), CHUNK);
    assert_eq!(stream.next().await.unwrap().unwrap().len(), CHUNK);
    assert!(stream.next().await.unwrap().is_err());
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_content_that_cannot_reach_its_place_is_a_breakdown_and_leaves_nothing() {
    let (root, folder) = folder();
    fs::remove_dir(root.path().join("content/00")).unwrap();
    for size in [10, 2 * CHUNK] {
        assert!(write(&folder, &id(1), std::iter::once(bytes(size).as_slice())).await.is_err());
        assert_eq!(files(root.path()), [] as [PathBuf; 0]);
    }
}

#[tokio::test]
async fn a_folder_that_vanished_is_a_breakdown() {
    let (root, folder) = folder();
    fs::remove_dir_all(root.path()).unwrap();
    assert!(write(&folder, &id(1), std::iter::once(&b"x"[..])).await.is_err());
    assert!(folder.list().await.is_err());
    assert!(folder.wipe().await.is_err());
}

#[test]
fn a_file_where_the_folder_should_be_is_refused() {
    let root = tempfile::tempdir().unwrap();
    File::create(root.path().join("taken")).unwrap();
    assert!(Folder::open(&root.path().join("taken")).is_err());
    assert!(Folder::open(&root.path().join("no/such")).is_err());
    File::create(root.path().join("content")).unwrap();
    assert!(Folder::open(root.path()).is_err());
}

#[tokio::test]
async fn folders_and_files_are_their_owners_alone() {
    let root = tempfile::tempdir().unwrap();
    let root = root.path().join("objects");
    let folder = Folder::open(&root).unwrap();
    put(&folder, &id(1), b"x").await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for place in [&root, &root.join("incoming"), &root.join("content"), &root.join("content/ff")] {
        assert_eq!(mode(place), 0o700, "{}", place.display());
    }
    assert_eq!(mode(&only_file(&root)), 0o600);
}

#[tokio::test]
async fn a_listing_names_every_content_once_and_nothing_else() {
    let (root, folder) = folder();
    let ids: Vec<ContentId> = (0..2500).map(|number| id(number << 116)).collect();
    for id in &ids {
        let shelf = root.path().join("content").join(id.as_str().get(..2).unwrap());
        File::create(shelf.join(id.as_str())).unwrap();
    }
    File::create(root.path().join("content/00/somebody-elses-file")).unwrap();
    let mut listed: Vec<ContentId> = list(&folder).await.into_iter().map(|listed| listed.id).collect();
    listed.sort();
    assert!(listed == ids);
}

#[tokio::test]
async fn a_listing_tells_how_long_ago_a_content_was_finished() {
    let (root, folder) = folder();
    put(&folder, &id(1), b"x").await;
    assert!(list(&folder).await[0].age < Duration::from_secs(60));

    let file = File::options().write(true).open(only_file(root.path())).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    assert!(list(&folder).await[0].age > Duration::from_secs(60));
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 33)).unwrap();
    assert_eq!(list(&folder).await[0].age, Duration::ZERO);
    only_file(root.path());
}

#[tokio::test]
async fn a_content_is_as_old_as_its_finish_however_long_it_was_written() {
    let (root, folder) = folder();
    for size in [CHUNK + 1, 2 * CHUNK] {
        let mut incoming = folder.begin(&id(size as u128));
        incoming.write(&bytes(size)).await.unwrap();
        let draft = File::options().write(true).open(only_file(&root.path().join("incoming"))).unwrap();
        draft.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        incoming.finish().await.unwrap();
    }
    assert!(list(&folder).await.iter().all(|listed| listed.age < Duration::from_secs(60)));
}

#[tokio::test]
async fn wiping_deletes_every_content_and_the_folder_serves_on() {
    let (root, folder) = folder();
    for number in 0..20 {
        put(&folder, &id(number << 123), b"x").await;
    }
    let mut incoming = folder.begin(&id(99));
    incoming.write(&bytes(2 * CHUNK)).await.unwrap();
    folder.wipe().await.unwrap();
    assert_eq!(files(root.path()), [] as [PathBuf; 0]);
    assert!(incoming.finish().await.is_err());
    put(&folder, &id(1), b"new").await;
    assert_eq!(get(&folder, &id(1), 0, 3).await.unwrap(), b"new");
}

#[tokio::test]
async fn what_is_deleted_while_the_folder_is_held_is_there_until_every_hold_ends() {
    let (root, folder) = folder();
    put(&folder, &id(1), b"held").await;
    let (first, second) = (folder.hold(), folder.hold());
    folder.delete(&id(1)).await.unwrap();
    // Outside a runtime a hold has ended when its drop has.
    std::thread::spawn(move || drop(first)).join().unwrap();
    assert_eq!(get(&folder, &id(1), 0, 4).await.unwrap(), b"held");
    std::thread::spawn(move || drop(second)).join().unwrap();
    assert_eq!(files(root.path()), [] as [PathBuf; 0]);
    put(&folder, &id(2), b"free").await;
    folder.delete(&id(2)).await.unwrap();
    assert_eq!(files(root.path()), [] as [PathBuf; 0]);
}
