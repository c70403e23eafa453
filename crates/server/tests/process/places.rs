//! All places are taken: whoever is idle makes room, and whoever asks for something is answered.

use crate::support::{Answer, Ask, BUCKET, Connection, Held, Running, Start, get, root_of, send};
use std::io::{ErrorKind, Result};
use std::path::Path;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

const LIVE: &str = "/health/live";

/// A server that has three places.
fn begin(folder: &Path) -> (Running, Held) {
    let server = Start::dev(folder).option("--limits-connections", "3").run();
    (server, root_of(folder))
}

fn connect(server: &Running) -> Connection {
    Connection::open(server.address).unwrap()
}

fn live(connection: &mut Connection) -> Result<Answer> {
    connection.send(&Ask::new("GET", LIVE))
}

fn is_closed(connection: &mut Connection) -> bool {
    let closed = [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    live(connection).is_err_and(|error| closed.contains(&error.kind()))
}

/// Asks on a connection of its own, and tells when it was answered.
fn newcomer(server: &Running) -> Receiver<u16> {
    let (tell, told) = channel();
    let address = server.address;
    thread::spawn(move || tell.send(get(address, LIVE).status));
    told
}

/// A request of which half has been sent, and what is left of it.
fn half_asked(server: &Running, root: &Held, key: &str) -> (Connection, &'static [u8]) {
    let mut connection = connect(server);
    let put = Ask::new("PUT", &format!("/{BUCKET}/{key}")).body(b"first half, second half").signed(root);
    // The server says that it goes on once it has begun with the request.
    connection.write(&put.header("expect", "100-continue").head()).unwrap();
    assert_eq!(connection.answer(false).unwrap().status, 100);
    connection.write(b"first half, ").unwrap();
    (connection, b"second half")
}

#[test]
fn whoever_has_been_idle_for_longest_makes_room_for_a_new_connection() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = begin(folder.path());
    let mut held: Vec<Connection> = (0..3).map(|_| connect(&server)).collect();
    for at in [0, 1, 2, 0] {
        assert_eq!(live(&mut held[at]).unwrap().status, 200);
    }
    let mut fourth = connect(&server);
    assert_eq!(live(&mut fourth).unwrap().status, 200);
    assert!(is_closed(&mut held[1]), "the second was idle for longest");
    for kept in [&mut held[0], &mut fourth] {
        assert_eq!(live(kept).unwrap().status, 200);
    }
    assert_eq!(live(&mut held[2]).unwrap().status, 200);
}

#[test]
#[ignore = "slow: waits until those who are new have had their time"]
fn connections_that_send_nothing_or_half_a_head_keep_nobody_out() {
    let folder = tempfile::tempdir().unwrap();
    let (server, _) = begin(folder.path());
    let mut held: Vec<Connection> = (0..6).map(|_| connect(&server)).collect();
    for connection in held.iter_mut().step_by(2) {
        // The server may have closed it already.
        let _closed = connection.write(b"GET /health/live HTTP/1.1\r\nhost: loc");
    }
    for _ in 0..10 {
        assert_eq!(get(server.address, LIVE).status, 200);
    }
}

#[test]
fn whoever_has_a_request_under_way_stays_and_a_new_connection_waits_until_one_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let (server, root) = begin(folder.path());
    let mut busy: Vec<_> = ["a", "b", "c"].map(|key| half_asked(&server, &root, key)).into();
    let newcomers = [newcomer(&server), newcomer(&server)];
    let (mut first, rest) = busy.pop().unwrap();
    for newcomer in &newcomers {
        assert_eq!(newcomer.try_recv(), Err(TryRecvError::Empty), "there is no place");
    }
    first.write(rest).unwrap();
    assert_eq!(first.answer(false).unwrap().status, 200);
    // Its connection is idle now, although its client keeps it.
    for newcomer in newcomers {
        assert_eq!(newcomer.recv().unwrap(), 200);
    }
    assert!(is_closed(&mut first));
    for (mut connection, rest) in busy {
        connection.write(rest).unwrap();
        assert_eq!(connection.answer(false).unwrap().status, 200, "whoever asked was answered");
    }
    for key in ["a", "b", "c"] {
        let ask = Ask::new("GET", &format!("/{BUCKET}/{key}")).signed(&root);
        assert_eq!(send(server.address, &ask).body, b"first half, second half");
    }
}

#[test]
fn an_answer_that_is_taken_slowly_is_not_cut() {
    let folder = tempfile::tempdir().unwrap();
    let (server, root) = begin(folder.path());
    // More than sockets hold.
    let large = vec![b'l'; 24 << 20];
    let path = format!("/{BUCKET}/large");
    assert_eq!(send(server.address, &Ask::new("PUT", &path).body(&large).signed(&root)).status, 200);
    let mut slow: Vec<Connection> = (0..2).map(|_| connect(&server)).collect();
    for connection in &mut slow {
        connection.write(&Ask::new("GET", &path).signed(&root).head()).unwrap();
    }
    for _ in 0..20 {
        assert_eq!(get(server.address, LIVE).status, 200);
        let mut kept = connect(&server);
        assert_eq!(live(&mut kept).unwrap().status, 200);
        std::mem::forget(kept);
    }
    for connection in &mut slow {
        assert_eq!(connection.answer(false).unwrap().body.len(), large.len());
    }
}
