//! The audit's folders fail or hang: while one has every line credentials leave, and when none has they do not.

use crate::faults::Before;
use crate::ledger::AuditReader;
use crate::support::{Answer, Connection, Fault, Start, Stopwatch, credentials_of, get, try_credentials};
use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

const TWO: [&str; 2] = ["audit", "again"];

/// How the names of both begin, and of nothing else.
const ALL: &str = "a";

/// A server that writes into these folders below its data, and waits a second for each.
fn begin(folder: &Path, folders: &[&str], sync: bool) -> (Before, SocketAddr) {
    let mut before = Before::begin_as(folder, |start, data| {
        let paths: Vec<String> =
            folders.iter().map(|folder| data.join(folder).display().to_string()).collect();
        start
            .option("--audit-folders", paths.join(","))
            .option("--audit-wait-seconds", "1")
            .option("--metrics-listen", "127.0.0.1:0")
            .flag(if sync { "--audit-sync=true" } else { "--audit-sync=false" })
    });
    before.server.hears("listening on");
    let printed = before.server.printed();
    let (_, metrics) = printed.split_once("metrics on http://").unwrap();
    let metrics = metrics.split_once("/metrics").unwrap().0.parse().unwrap();
    (before, metrics)
}

/// What the metrics say of a folder.
fn told(metrics: SocketAddr, name: &str, folder: &Path) -> u64 {
    let text = get(metrics, "/metrics").text();
    let begins = format!("cenote_audit_folder_{name}{{folder=\"{}\"}} ", folder.display());
    let value = text.lines().find_map(|line| line.strip_prefix(begins.as_str()));
    value.map_or(0, |value| value.parse().unwrap())
}

fn credentials(before: &Before) -> Answer {
    try_credentials(&mut before.connection(), &before.identity, Some(&before.login)).unwrap()
}

fn ready(before: &Before) -> String {
    let answer = get(before.server.address, "/health/ready");
    assert_eq!(answer.status, 200);
    answer.text()
}

/// The audit in a folder has all of these.
fn has_all(folder: &Path, issued: &BTreeSet<String>) {
    let mut reader = AuditReader::default();
    reader.read(folder);
    reader.has_all(issued);
}

#[test]
#[ignore = "slow: waits for disks that hang"]
fn while_one_folder_has_every_line_credentials_leave_and_the_loss_of_the_other_is_told() {
    for (sync, fault, broken, whole) in [
        (true, Fault::Syncing, "audit", "again"),
        (true, Fault::Hanging, "again", "audit"),
        (false, Fault::Full, "again", "audit"),
        (false, Fault::Hanging, "audit", "again"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (mut before, metrics) = begin(folder.path(), &TWO, sync);
        let (broken, whole) = (before.shim.data().join(broken), before.shim.data().join(whole));
        let mut issued = BTreeSet::from([before.held.id.clone()]);
        for folder in [&broken, &whole] {
            has_all(folder, &issued);
            assert_eq!(told(metrics, "up", folder), 1);
        }
        before.shim.begin(fault, broken.file_name().unwrap().to_str().unwrap());
        issued.insert(credentials_of(&credentials(&before)).id);
        before.server.hears("a folder of the audit misses lines");
        let since = Stopwatch::start();
        for _ in 0..20 {
            issued.insert(credentials_of(&credentials(&before)).id);
        }
        assert!(since.elapsed() < Duration::from_secs(5), "{fault:?}: one wait is enough");
        assert_eq!((told(metrics, "up", &broken), told(metrics, "up", &whole)), (0, 1), "{fault:?}");
        assert!(told(metrics, "missed_lines_total", &broken) >= 21, "{fault:?}");
        assert_eq!(ready(&before), "ready, but a copy of the audit misses lines\n");
        before.shim.end();
        let since = Stopwatch::start();
        while told(metrics, "up", &broken) == 0 {
            issued.insert(credentials_of(&credentials(&before)).id);
            assert!(since.elapsed() < Duration::from_secs(10), "{fault:?}: it is not tried again");
        }
        before.server.hears("a folder of the audit is written to again");
        assert_eq!(ready(&before), "ready\n");
        has_all(&whole, &issued);
        let again = BTreeSet::from([credentials_of(&credentials(&before)).id]);
        has_all(&broken, &again);
    }
}

#[test]
#[ignore = "slow: waits for disks that hang"]
fn when_every_folder_hangs_nothing_is_issued_and_nobody_waits_for_long() {
    for (folders, sync) in [(&TWO[..], false), (&TWO[..1], true)] {
        let folder = tempfile::tempdir().unwrap();
        let (mut before, metrics) = begin(folder.path(), folders, sync);
        for fault in [Fault::Hanging, Fault::Full] {
            before.shim.begin(fault, ALL);
            // More at a time than the server has threads.
            let (address, identity, login) = (before.server.address, &before.identity, &before.login);
            let ask = || {
                let mut connection = Connection::open(address).unwrap();
                assert_eq!(try_credentials(&mut connection, identity, Some(login)).unwrap().status, 500);
            };
            let since = Stopwatch::start();
            thread::scope(|scope| (0..30).for_each(|_| drop(scope.spawn(ask))));
            assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
            before.nothing_is_issued();
            before.server.hears("nothing is issued until it is not");
            before.reads_are_up();
            assert_eq!(ready(&before), "ready, but the audit cannot be written, so nothing is issued\n");
            for folder in folders {
                assert_eq!(told(metrics, "up", &before.shim.data().join(folder)), 0);
            }
            before.shim.end();
            let since = Stopwatch::start();
            while credentials(&before).status != 200 {
                assert!(since.elapsed() < Duration::from_secs(10), "it is not tried again");
            }
        }
        let mut issued = BTreeSet::from([before.held.id.clone()]);
        before.all_is_well(&mut issued);
        before.stays_whole_over_a_restart(&issued);
    }
}

#[test]
#[ignore = "slow: waits for a disk that hangs"]
fn a_server_whose_audit_hangs_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let (before, _) = begin(folder.path(), &TWO[..1], false);
    before.shim.begin(Fault::Hanging, "audit");
    assert_eq!(credentials(&before).status, 500);
    before.server.stop();
}

#[test]
#[ignore = "slow: builds a library"]
fn a_pipe_in_the_place_of_the_days_file_is_no_record_whether_it_is_read_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let (before, _) = begin(folder.path(), &TWO[..1], false);
    let audit = before.shim.data().join("audit");
    let day = fs::read_dir(&audit).unwrap().next().unwrap().unwrap().path();
    let kept = audit.join("kept.jsonl");
    fs::rename(&day, &kept).unwrap();
    assert!(Command::new("mkfifo").arg(&day).status().unwrap().success());
    for _ in 0..200 {
        assert_eq!(credentials(&before).status, 500);
    }
    before.nothing_is_issued();
    before.reads_are_up();
    fs::remove_file(&day).unwrap();
    let mut issued = BTreeSet::from([before.held.id.clone()]);
    before.all_is_well(&mut issued);
    before.stays_whole_over_a_restart(&issued);
}

#[test]
fn a_server_starts_with_the_folders_that_can_be_made_and_refuses_when_there_is_none_or_one_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("file"), "").unwrap();
    let start = |folders: &[&str]| {
        let folders: Vec<String> = folders.iter().map(|name| path(name)).collect();
        Start::dev(&folder.path().join("data")).option("--audit-folders", folders.join(","))
    };
    let mut server = start(&["file/below", "made"]).run();
    server.hears("listening on");
    assert!(server.printed().contains("a folder of the audit misses lines"), "{}", server.printed());
    server.stop();
    assert!(fs::read_dir(path("made")).is_ok());
    let refused = start(&["file/below", "file"]).refused();
    assert!(refused.contains("the audit cannot be written") && refused.contains("file/below"), "{refused}");
    let refused = start(&["made", "made/../made"]).refused();
    assert!(refused.contains("is named twice"), "{refused}");
}
