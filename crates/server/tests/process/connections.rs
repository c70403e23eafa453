//! Whoever connects: what they send may be anything, and hurts nobody else.

use crate::support::{Ask, BUCKET, Connection, Running, Start, Stopwatch, get, root_of};
use std::io::ErrorKind;
use std::time::Duration;

/// What comes back for these bytes: the status, or `None` if the connection was closed without an answer.
fn status_for(connection: &mut Connection, bytes: &[u8]) -> Option<u16> {
    let asked = connection.write(bytes).and_then(|()| connection.answer(false));
    match asked {
        Ok(answer) => Some(answer.status),
        Err(error) => {
            let is_closed = [
                ErrorKind::UnexpectedEof,
                ErrorKind::ConnectionReset,
                ErrorKind::BrokenPipe,
                ErrorKind::ConnectionAborted,
            ];
            assert!(is_closed.contains(&error.kind()), "{error}");
            None
        }
    }
}

#[test]
fn a_head_over_the_limits_is_answered_with_431() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::serve(folder.path()).run();
    let long = Ask::new("GET", "/health/live").header("x-long", &"l".repeat(200_000));
    let many = (0..110).fold(Ask::new("GET", "/health/live"), |ask, n| ask.header(&format!("x-{n}"), "m"));
    for ask in [long, many] {
        let mut connection = Connection::open(server.address).unwrap();
        assert_eq!(status_for(&mut connection, &ask.head()), Some(431));
    }
    assert_eq!(get(server.address, "/health/live").status, 200);
}

#[test]
fn a_head_below_the_limits_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::serve(folder.path()).run();
    let long = Ask::new("GET", "/health/live").header("x-long", &"l".repeat(50_000));
    let many = (0..90).fold(Ask::new("GET", "/health/live"), |ask, n| ask.header(&format!("x-{n}"), "m"));
    for ask in [long, many] {
        assert_eq!(Connection::open(server.address).unwrap().send(&ask).unwrap().status, 200);
    }
}

#[test]
fn a_target_that_never_ends_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::serve(folder.path()).run();
    let ask = Ask::new("GET", &format!("/{}", "t".repeat(200_000)));
    let mut connection = Connection::open(server.address).unwrap();
    let status = status_for(&mut connection, &ask.head());
    assert!(matches!(status, None | Some(400 | 414 | 431)), "{status:?}");
    assert_eq!(get(server.address, "/health/live").status, 200);
}

#[test]
fn bytes_that_are_no_request_are_refused_or_hung_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::serve(folder.path()).run();
    let garbage: [&[u8]; 9] = [
        b"\0\0\0\0\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 a TLS hello\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET  two  spaces HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n12",
        b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzzzz\r\n",
    ];
    for bytes in garbage {
        let mut connection = Connection::open(server.address).unwrap();
        let status = status_for(&mut connection, bytes);
        let shown = String::from_utf8_lossy(bytes);
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{shown:?} got {status:?}");
    }
    let printed = server.stop();
    assert!(!printed.contains("panic"), "{printed}");
}

#[test]
fn targets_of_every_form_are_answered_and_end_in_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let targets = [
        "*",
        "http://elsewhere/my-bucket",
        "//",
        "///",
        "/%",
        "/%ff",
        "/%00",
        "/..",
        "/my-bucket/../../keys",
        "/my-bucket/%2e%2e/%2e%2e/keys",
        "/?",
        "/?&&==&",
        "/my-bucket?list-type=2&max-keys=-1",
        "/_cenote",
        "/_cenote/",
        "/_cenote/../health/live",
        "/us-east-1_XXXXXXXX/.well-known/",
        "/x/.well-known/jwks.json",
    ];
    for target in targets {
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
            let head = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n");
            let mut connection = Connection::open(server.address).unwrap();
            connection.write(head.as_bytes()).unwrap();
            let answer = connection.answer(true).unwrap();
            let status = answer.status;
            assert!(status != 500 && status != 503, "{method} {target} got {status}");
            assert!(answer.header("set-cookie").is_none());
        }
    }
    let printed = server.stop();
    assert!(!printed.contains("panic"), "{printed}");
}

#[test]
fn connections_that_send_nothing_or_half_a_head_do_not_hold_others_up() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::serve(folder.path()).run();
    let mut held: Vec<Connection> = (0..100).map(|_| Connection::open(server.address).unwrap()).collect();
    for connection in held.iter_mut().step_by(2) {
        connection.write(b"GET /health/live HTTP/1.1\r\nhost: loc").unwrap();
    }
    let since = Stopwatch::start();
    assert_eq!(get(server.address, "/health/ready").status, 200);
    assert!(since.elapsed() < Duration::from_secs(5));
    // Whoever was slow is answered all the same.
    held[0].write(b"alhost\r\n\r\n").unwrap();
    assert_eq!(held[0].answer(false).unwrap().status, 200);
}

#[test]
fn a_client_of_http_1_0_without_a_host_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    for (target, status) in [("/health/live", 200), ("/my-bucket", 403), ("/", 403)] {
        let mut connection = Connection::open(server.address).unwrap();
        assert_eq!(
            status_for(&mut connection, format!("GET {target} HTTP/1.0\r\n\r\n").as_bytes()),
            Some(status)
        );
        assert!(connection.rest().unwrap().is_empty(), "and the connection is closed");
    }
    let printed = server.stop();
    assert!(!printed.contains("panic"), "{printed}");
}

#[test]
fn a_request_without_a_host_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let guest = "{\"IdentityPoolId\":\"us-east-1:1234567890abcdef\"}";
    let json = format!(
        "POST / HTTP/1.1\r\nx-amz-target: AWSCognitoIdentityService.GetId\r\ncontent-length: {}\r\n\r\n{guest}",
        guest.len()
    );
    let expected = [
        ("GET /health/live HTTP/1.1\r\n\r\n", 200),
        ("GET /my-bucket HTTP/1.1\r\n\r\n", 403),
        (json.as_str(), 200),
    ];
    for (request, status) in expected {
        let mut connection = Connection::open(server.address).unwrap();
        let got = status_for(&mut connection, request.as_bytes()).unwrap();
        assert!(got == status || got == 400, "{request} got {got}");
    }
    let printed = server.stop();
    assert!(!printed.contains("panic"), "{printed}");
}

/// Whether a new connection is kept. One that is not kept is closed before anything is asked.
fn is_kept(server: &Running) -> Option<Connection> {
    let mut connection = Connection::open(server.address).unwrap();
    let kept = status_for(&mut connection, &Ask::new("GET", "/health/live").head()) == Some(200);
    kept.then_some(connection)
}

#[test]
fn an_address_has_no_more_connections_than_it_may_have() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::serve(folder.path()).option("--limits-connections-per-address", "3");
    let server = start.option("--limits-uncapped", "192.0.2.1").run();
    let mut held: Vec<Connection> = (0..3).map(|_| is_kept(&server).unwrap()).collect();
    for _ in 0..10 {
        assert!(is_kept(&server).is_none());
    }
    assert_eq!(held[0].send(&Ask::new("GET", "/health/live")).unwrap().status, 200);
    held.pop();
    // The server hears of the end in its own time.
    let since = Stopwatch::start();
    while is_kept(&server).is_none() {
        assert!(since.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn proxies_and_uncapped_addresses_have_as_many_connections_as_they_want() {
    for (option, value) in [("--limits-uncapped", "127.0.0.1"), ("--trusted-proxies", "127.0.0.0/8")] {
        let folder = tempfile::tempdir().unwrap();
        let start = Start::serve(folder.path()).option("--limits-connections-per-address", "1");
        let start = if option == "--trusted-proxies" {
            start.option("--limits-uncapped", "192.0.2.1")
        } else {
            start
        };
        let server = start.option(option, value).run();
        let held: Vec<_> = (0..5).map(|_| is_kept(&server)).collect();
        assert!(held.iter().all(Option::is_some), "{option}");
    }
}

#[test]
fn the_largest_head_is_what_the_settings_say() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::serve(folder.path()).option("--limits-head-bytes", "8192").run();
    for (length, status) in [(6000, Some(200)), (20_000, Some(431))] {
        let ask = Ask::new("GET", "/health/live").header("x-long", &"l".repeat(length));
        assert_eq!(status_for(&mut Connection::open(server.address).unwrap(), &ask.head()), status);
    }
}

#[test]
#[ignore = "slow: waits until the server has lost its patience"]
fn a_peer_that_pauses_longer_than_it_may_loses_its_connection() {
    let folder = tempfile::tempdir().unwrap();
    let start = Start::serve(folder.path()).option("--limits-idle-seconds", "1");
    let server = start.option("--limits-pause-seconds", "1").run();
    let since = Stopwatch::start();
    let mut idle = Connection::open(server.address).unwrap();
    idle.write(b"GET /health/live HTTP/1.1\r\nhost: loc").unwrap();
    let mut slow = Connection::open(server.address).unwrap();
    let ask = Ask::json("AWSCognitoIdentityService.GetId", &serde_json::json!({}));
    slow.write(&ask.header("content-length", "100").head()).unwrap();
    let _ = (idle.rest(), slow.rest());
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
}

#[test]
fn an_answer_to_a_body_that_nobody_read_says_that_the_connection_ends_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).run();
    let mut connection = Connection::open(server.address).unwrap();
    let refused =
        Ask::new("PUT", &format!("/{BUCKET}/x")).body("never sent").header("expect", "100-continue");
    connection.write(&refused.head()).unwrap();
    let answer = connection.answer(false).unwrap();
    assert_eq!((answer.status, answer.header("connection")), (403, Some("close")));
    assert!(connection.rest().unwrap().is_empty());

    let mut connection = Connection::open(server.address).unwrap();
    let read = Ask::new("PUT", &format!("/{BUCKET}/x")).body("all of it").signed(&root_of(folder.path()));
    for _ in 0..2 {
        let answer = connection.send(&read).unwrap();
        assert_eq!((answer.status, answer.header("connection")), (200, None));
    }
}
