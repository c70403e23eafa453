//! Memory after ten thousand mixed requests, and the time to be ready on an existing data folder.

use crate::asks::{Asks, Holder};
use crate::load::Connection;
use crate::process::{self, Server};

/// How many requests are sent.
const REQUESTS: usize = 10_000;
/// Idle memory afterwards must not be more, in MiB.
const MOST_MEMORY: f64 = 40.0;
/// The server must be ready within this, in milliseconds.
const LONGEST_START: u128 = 300;
/// How many starts the median is of.
const STARTS: usize = 9;

/// Measures both, and fails when a bound is exceeded or an answer is another one than expected.
pub(crate) fn measure(binary: &str) {
    let folder = process::seeded(binary);
    let server = Server::serve(binary, &folder);
    let before = server.resident_mebibytes();
    let clients = 4;
    std::thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| mixed(&server, REQUESTS / clients));
        }
    });
    let after = server.resident_mebibytes();
    println!(
        "resident memory: {before:.1} MiB at the start, {after:.1} MiB idle after {REQUESTS} mixed requests"
    );
    drop(server);

    let mut starts: Vec<u128> =
        (0..STARTS).map(|_| Server::time_to_ready(binary, &folder).0.as_millis()).collect();
    starts.sort_unstable();
    let start = starts[STARTS / 2];
    println!("ready {start} ms after its start on that folder (median of {STARTS})");
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(after <= MOST_MEMORY, "idle memory is above {MOST_MEMORY} MiB");
    assert!(start <= LONGEST_START, "the start takes more than {LONGEST_START} ms");
}

fn mixed(server: &Server, requests: usize) {
    let asks = Asks::of(server);
    let mut connection = Connection::open(&server.address);
    let holder = Holder::of(&mut connection, &asks);
    let own = format!("/my-bucket/{}/{:?}", holder.identity.replace(':', "%3A"), std::thread::current().id());
    let own = own.replace(['(', ')'], "-");
    for number in 0..requests {
        let (request, expected) = match number % 100 {
            0 => (asks.sign_in(), 200),
            turn => match turn % 9 {
                0 => (asks.get_id_of_guest(), 200),
                1 => (asks.get_id_of_known_login(), 200),
                2 => (asks.get_credentials_as_guest(), 200),
                3 => (asks.get_credentials_signed_in(), 200),
                4 => (holder.s3("PUT", &own, &"x".repeat(1024)), 200),
                5 => (holder.s3("GET", &own, ""), 200),
                6 => (holder.s3("HEAD", &own, ""), 200),
                7 => (holder.s3("GET", "/my-bucket", ""), 200),
                _ => (holder.s3("DELETE", &own, ""), 204),
            },
        };
        let (status, body) = connection.ask(&request);
        assert_eq!(status, expected, "request {number}: {}", String::from_utf8_lossy(body));
    }
}
