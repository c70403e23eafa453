use super::*;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicI64, Ordering};

/// A clock that is set by hand.
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

const NOW: i64 = 1_767_323_045_000;
const HOUR: i64 = 3_600_000;

fn settings(hours: u32, megabytes: u32) -> ExplainSettings {
    ExplainSettings { hours, megabytes }
}

/// A writer without a thread, whose lines are on disk when it has written them.
struct Desk {
    writer: Writer,
    shelf: Explanations,
    clock: Arc<Hands>,
    folder: tempfile::TempDir,
}

impl Desk {
    fn open(hours: u32, megabytes: u32) -> Self {
        Self::at(tempfile::tempdir().unwrap(), hours, megabytes)
    }

    fn at(folder: tempfile::TempDir, hours: u32, megabytes: u32) -> Self {
        let clock = Arc::new(Hands(AtomicI64::new(NOW)));
        let (writer, shelf, _never) = Explanations::parts(
            &settings(hours, megabytes),
            folder.path().to_owned(),
            clock.clone(),
            Box::new(|address| address.is_loopback()),
        )
        .unwrap();
        Self { writer, shelf, clock, folder }
    }

    /// Keeps a record of this length and puts it on disk.
    fn keep(&mut self, id: u32, standing: Standing, from: u32, length: usize) {
        let record = format!("{{\"requestID\":\"{id:036}\",\"x\":\"{}\"}}", "x".repeat(length)).into();
        let (from, at) = (Ipv4Addr::from_bits(from).into(), self.clock.now());
        self.shelf.keep(Explained { record, standing, from, at });
        self.writer.write_all().unwrap();
    }

    async fn has(&self, id: u32) -> bool {
        self.shelf.find(&format!("{id:036}")).await.unwrap().is_some()
    }

    fn bytes(&self) -> u64 {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
    }
}

#[tokio::test]
async fn what_is_kept_is_found_while_it_waits_and_on_disk_and_after_a_restart() {
    let mut desk = Desk::open(24, 2);
    let (from, at) = (Ipv4Addr::LOCALHOST.into(), desk.clock.now());
    let record: Arc<str> = format!("{{\"requestID\":\"{:036}\"}}", 7).into();
    desk.shelf.keep(Explained { record: record.clone(), standing: Standing::Known, from, at });
    assert!(desk.has(7).await, "it waits");
    desk.writer.write_all().unwrap();
    assert_eq!(desk.shelf.find(&format!("{:036}", 7)).await.unwrap().as_deref(), Some(&*record));
    let desk = Desk::at(desk.folder, 24, 2);
    assert!(desk.has(7).await);
    assert!(!desk.has(8).await);
}

#[tokio::test]
async fn a_record_is_not_found_by_the_id_that_somebody_wrote_into_a_tag() {
    let mut desk = Desk::open(24, 2);
    let (from, at) = (Ipv4Addr::LOCALHOST.into(), desk.clock.now());
    let keep = |desk: &Desk, record: &str| {
        desk.shelf.keep(Explained { record: record.into(), standing: Standing::Known, from, at });
    };
    let own = format!("{{\"requestID\":\"{:036}\"}}", 7);
    keep(&desk, &format!("{{\"requestID\":\"{:036}\",\"sessionTags\":{own}}}", 8));
    assert!(!desk.has(7).await, "it waits");
    keep(&desk, &own);
    assert_eq!(desk.shelf.find(&format!("{:036}", 7)).await.unwrap().as_ref(), Some(&own));
    desk.writer.write_all().unwrap();
    assert_eq!(desk.shelf.find(&format!("{:036}", 7)).await.unwrap(), Some(own));
}

#[tokio::test]
async fn it_is_kept_for_so_long_and_then_its_file_goes() {
    let mut desk = Desk::open(1, 2);
    desk.keep(1, Standing::Known, 1, 10);
    desk.clock.0.fetch_add(HOUR, Ordering::SeqCst);
    desk.writer.forget_old().unwrap();
    assert!(desk.has(1).await);
    desk.clock.0.fetch_add(1, Ordering::SeqCst);
    assert!(!desk.has(1).await);
    desk.clock.0.fetch_add(HOUR / 4, Ordering::SeqCst);
    desk.writer.forget_old().unwrap();
    assert_eq!(desk.bytes(), 0);
}

#[tokio::test]
async fn a_flood_of_anybody_fills_no_disk_and_pushes_out_nobody_who_is_known() {
    let mut desk = Desk::open(24, 1);
    desk.keep(0, Standing::Known, 1, 10);
    for id in 1..400 {
        desk.keep(id, Standing::Anybody, id, 10_000);
    }
    assert!(desk.has(0).await);
    assert!(!desk.has(1).await && desk.has(399).await, "the oldest goes");
    assert!(desk.bytes() <= 1024 * 1024, "{}", desk.bytes());
}

#[tokio::test]
async fn one_network_fills_a_quarter_of_a_file_unless_it_is_uncapped() {
    let mut desk = Desk::open(24, 1);
    for id in 0..50 {
        desk.keep(id, Standing::Anybody, 1, 1000);
    }
    desk.keep(50, Standing::Anybody, 2, 1000);
    assert!(desk.has(0).await && !desk.has(49).await && desk.has(50).await);
    for id in 100..150 {
        desk.keep(id, Standing::Anybody, Ipv4Addr::LOCALHOST.to_bits(), 1000);
    }
    assert!(desk.has(149).await);
}

#[tokio::test]
async fn what_is_half_written_explains_nothing_and_hides_nothing() {
    let mut desk = Desk::open(24, 1);
    desk.keep(1, Standing::Known, 1, 10);
    let path = files(desk.folder.path(), "known").unwrap().remove(0).1;
    OpenOptions::new().append(true).open(path).unwrap().write_all(b"1767 {\"reque").unwrap();
    let mut desk = Desk::at(desk.folder, 24, 1);
    desk.keep(2, Standing::Known, 1, 10);
    assert!(desk.has(1).await && desk.has(2).await);
}

#[tokio::test]
async fn a_disk_that_has_stopped_lets_explanations_go_and_not_memory() {
    let desk = Desk::open(24, 1);
    let record: Arc<str> = "x".repeat(1024 * 1024).into();
    for _ in 0..10 {
        let (from, at) = (Ipv4Addr::LOCALHOST.into(), desk.clock.now());
        desk.shelf.keep(Explained { record: record.clone(), standing: Standing::Known, from, at });
    }
    assert!(desk.shelf.waiting.lock().unwrap().bytes <= WAITING);
}

#[tokio::test]
async fn the_thread_is_woken_once_for_all_that_waits_and_writes_it_together() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Hands(AtomicI64::new(NOW)));
    let parts =
        Explanations::parts(&settings(24, 1), folder.path().to_owned(), clock.clone(), Box::new(|_| true));
    let (mut writer, shelf, woken) = parts.unwrap();
    let keep = |id: u32, standing: Standing| {
        let record = format!("{{\"requestID\":\"{id:036}\",\"x\":\"{}\"}}", "x".repeat(10_000)).into();
        shelf.keep(Explained { record, standing, from: Ipv4Addr::LOCALHOST.into(), at: clock.now() });
    };
    for round in 0..2 {
        for id in 0..10 {
            keep(round * 100 + id, Standing::Known);
            keep(round * 100 + 50 + id, Standing::Anybody);
        }
        assert_eq!(woken.try_iter().count(), 1);
        writer.write_all().unwrap();
        assert!(shelf.waiting.lock().unwrap().lines.is_empty());
        assert_eq!(shelf.waiting.lock().unwrap().bytes, 0);
    }
    assert!(files(folder.path(), "known").unwrap().len() > 1, "a file that is full makes room for the next");
    for id in [0, 9, 50, 59, 100, 109, 150, 159] {
        assert!(shelf.find(&format!("{id:036}")).await.unwrap().is_some(), "{id}");
    }
}
