//! A revocation that was acknowledged outlives the server, however it ends.

use crate::support::{
    Ask, Connection, Held, Start, credentials_of, lists, root_of, try_credentials, try_identity,
};
use serde_json::{Value, json};
use std::path::Path;

const ROUNDS: usize = 8;

fn ask_own(connection: &mut Connection, root: &Held, operation: &str, input: &Value) -> Value {
    let ask = Ask::new("POST", &format!("/_cenote/v1/{operation}")).body(input.to_string());
    let answer = connection.send(&ask.signed_for("cenote", root)).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn guest(connection: &mut Connection) -> (String, Held) {
    let id = try_identity(connection, None).unwrap().member("/IdentityId");
    let held = credentials_of(&try_credentials(connection, &id, None).unwrap());
    (id, held)
}

/// Asks a server that was killed once more, and kills it when it has acknowledged another revocation.
fn round(data: &Path, revoked: &mut Vec<(String, Held)>, kept: &mut Vec<Held>) {
    let server = Start::dev(data).quiet().run();
    let mut connection = Connection::open(server.address).unwrap();
    let root = root_of(data);
    for (_, held) in revoked.iter() {
        assert_eq!(lists(&mut connection, held), 400, "{} was revoked", held.id);
    }
    for held in kept.iter() {
        assert_eq!(lists(&mut connection, held), 200, "{} was not", held.id);
    }
    if let Some((quarantined, _)) = revoked.first() {
        assert_eq!(try_credentials(&mut connection, quarantined, None).unwrap().status, 400);
    }
    let (id, held) = guest(&mut connection);
    kept.push(guest(&mut connection).1);
    assert_eq!(lists(&mut connection, &held), 200);
    let (operation, target) = match revoked.len() {
        0 => ("Quarantine", json!({ "Kind": "Identity", "Name": id })),
        nth if nth % 2 == 0 => ("Revoke", json!({ "Kind": "Identity", "Name": id })),
        _ => ("Revoke", json!({ "Kind": "Session", "Name": held.id })),
    };
    ask_own(&mut connection, &root, operation, &target);
    revoked.push((id, held));
    // As soon as it is acknowledged.
    drop(server);
}

#[test]
#[ignore = "slow: starts a server for each of some revocations"]
fn no_kill_loses_a_revocation_or_a_quarantine_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (mut revoked, mut kept) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        round(&data, &mut revoked, &mut kept);
    }
    let server = Start::dev(&data).quiet().run();
    let mut connection = Connection::open(server.address).unwrap();
    let root = root_of(&data);
    ask_own(&mut connection, &root, "StopIssuance", &json!({}));
    drop(server);
    let server = Start::dev(&data).quiet().run();
    let mut connection = Connection::open(server.address).unwrap();
    let fresh = try_identity(&mut connection, None).unwrap().member("/IdentityId");
    assert_eq!(try_credentials(&mut connection, &fresh, None).unwrap().status, 400, "it is still stopped");
    assert_eq!(lists(&mut connection, &kept[0]), 200);
    ask_own(&mut connection, &root, "ResumeIssuance", &json!({}));
    assert_eq!(try_credentials(&mut connection, &fresh, None).unwrap().status, 200);
}
