//! Stopping: what is under way ends, and nothing new begins.

use crate::support::{Ask, BUCKET, Connection, Running, Start, Stopwatch, get, root_of, send};
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

/// Tries until nobody listens any more.
fn wait_until_refused(server: &Running) {
    let since = Stopwatch::start();
    loop {
        match TcpStream::connect(server.address) {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return,
            Ok(_) | Err(_) => assert!(since.elapsed() < Duration::from_secs(10), "it still listens"),
        }
    }
}

#[test]
fn an_upload_under_way_ends_well_when_the_server_is_stopped_in_the_middle_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Start::dev(folder.path()).run();
    let root = root_of(folder.path());
    let body = vec![b'u'; 300_000];
    let (first, last) = body.split_at(body.len() / 2);
    let put = Ask::new("PUT", &format!("/{BUCKET}/slow")).body(&body).signed(&root);
    let mut upload = Connection::open(server.address).unwrap();
    // The server asks for the body when the upload is under way.
    upload.write(&put.header("expect", "100-continue").head()).unwrap();
    assert_eq!(upload.answer(false).unwrap().status, 100);
    upload.write(first).unwrap();

    server.signal("TERM");
    server.hears("stopping");
    wait_until_refused(&server);
    upload.write(last).unwrap();
    let answer = upload.answer(false).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(upload.rest().unwrap().is_empty(), "the connection is closed after it");
    let (status, printed) = server.ended();
    assert!(status.success(), "{printed}");

    let server = Start::serve(folder.path()).run();
    let kept = send(server.address, &Ask::new("GET", &format!("/{BUCKET}/slow")).signed(&root));
    assert!(kept.status == 200 && kept.body == body, "what was acknowledged is there");
}

#[test]
fn connections_on_which_nothing_is_asked_do_not_hold_a_stop_up() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["TERM", "INT"] {
        let server = Start::serve(folder.path()).run();
        let _silent = Connection::open(server.address).unwrap();
        let mut idle = Connection::open(server.address).unwrap();
        assert_eq!(idle.send(&Ask::new("GET", "/health/live")).unwrap().status, 200);
        assert_eq!(get(server.address, "/health/live").status, 200);
        let since = Stopwatch::start();
        server.signal(signal);
        let (status, printed) = server.ended();
        assert!(status.success(), "{printed}");
        assert!(since.elapsed() < Duration::from_secs(5), "it took {:?}", since.elapsed());
    }
}
