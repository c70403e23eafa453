//! A rotation of the key ring that breaks off leaves the ring as it was, or whole with its new key.

use crate::ledger::AuditReader;
use crate::support::{
    Connection, Held, Running, Shim, Start, credentials_of, lists, root_of, try_credentials, try_identity,
    try_rotation,
};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

const SIGKILL: i32 = 9;

/// How a server ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Kill,
    LossOfPower,
}

/// The keys of the ring, as they stand in the folder: their numbers, and what they are.
fn ring_of(data: &Path) -> Vec<(u64, String)> {
    let keys: Value = serde_json::from_str(&fs::read_to_string(data.join("keys")).unwrap()).unwrap();
    let key = |key: &Value| (key["id"].as_u64().unwrap(), key["root"].as_str().unwrap().to_owned());
    keys["ring"].as_array().unwrap().iter().map(key).collect()
}

/// A server of which everybody who holds credentials still has the use, one more than before.
fn with_one_more(start: Start, held: &mut Vec<Held>) -> (Running, Connection) {
    let server = start.run();
    let mut connection = Connection::open(server.address).unwrap();
    for old in held.iter() {
        assert_eq!(lists(&mut connection, old), 200, "{} is worth nothing any more", old.id);
    }
    let guest = try_identity(&mut connection, None).unwrap().member("/IdentityId");
    held.push(credentials_of(&try_credentials(&mut connection, &guest, None).unwrap()));
    (server, connection)
}

/// Rotates the ring with the server killed at this step, and gives the new key's number if it came to an end before.
fn rotation_killed_at(step: u32, shim: &Shim, end: End, held: &mut Vec<Held>) -> Option<u64> {
    let start = shim.failing(Start::dev(shim.data()).quiet().flag("--audit-sync"));
    let start = if end == End::LossOfPower { shim.watching(start) } else { start };
    let (server, mut connection) = with_one_more(start, held);
    let root = root_of(shim.data());
    shim.kill_at(step);
    let rotated = try_rotation(&mut connection, &root);
    shim.end();
    if let Ok(rotated) = &rotated {
        assert_eq!(rotated.status, 200, "{}", rotated.text());
        drop(server);
    } else {
        let (status, printed) = server.ended();
        assert_eq!(status.signal(), Some(SIGKILL), "{printed}");
    }
    if end == End::LossOfPower {
        shim.lose_power();
    }
    rotated.ok()?.json()["RingKey"].as_u64()
}

#[test]
#[ignore = "slow: starts a server for each step of a rotation"]
fn a_rotation_that_breaks_off_at_any_step_costs_no_session_and_leaves_no_half_of_a_ring() {
    for end in [End::Kill, End::LossOfPower] {
        let folder = tempfile::tempdir().unwrap();
        let shim = Shim::build(folder.path());
        Start::dev(shim.data()).quiet().run().stop();
        let (mut held, mut steps) = (Vec::new(), 0);
        let mut ring = ring_of(shim.data());
        let acknowledged = loop {
            let rotated = rotation_killed_at(steps + 1, &shim, end, &mut held);
            let now = ring_of(shim.data());
            assert!(now.starts_with(&ring) && now.len() <= ring.len() + 1, "{end:?} at step {}", steps + 1);
            ring = now;
            match rotated {
                Some(number) => break number,
                None => steps += 1,
            }
        };
        // At least the new file is written and renamed, the audit written and synced.
        assert!(steps >= 4, "{end:?}: there were {steps} steps");
        assert_eq!(ring.last().unwrap().0, acknowledged, "{end:?}");
        let (_server, mut connection) = with_one_more(Start::dev(shim.data()).quiet(), &mut held);
        let next = try_rotation(&mut connection, &root_of(shim.data())).unwrap().json();
        assert_eq!(next["RingKey"], acknowledged + 1, "{end:?}");
        let mut audit = AuditReader::default();
        audit.read(&shim.data().join("audit"));
        audit.has_all(&held.iter().map(|held| held.id.clone()).collect());
        audit.has_rotations(&BTreeSet::from([acknowledged, acknowledged + 1]));
    }
}
