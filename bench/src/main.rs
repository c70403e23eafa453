//! Measures the server from outside, in the same run as a bare echo server over the same HTTP library.
//!
//! `bench/run` builds and starts it; `./test` holds the server to its bounds of memory and start-up with it. Requests go over loopback only and are bounded in number and time.

#![expect(clippy::print_stdout, reason = "printing is the job")]
#![expect(clippy::unwrap_used, reason = "a measurement that cannot be made fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a member that is not there fails the measurement")]
#![expect(clippy::panic, reason = "a measurement that cannot be made fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "measuring needs the machine's time")]

mod alone;
mod asks;
mod echo;
mod load;
mod memory;
mod process;

use asks::{Asks, Holder};
use load::{Connection, Measured, measure};
use process::{Echo, Server};
use std::time::Duration;

/// Connections that ask at the same time, each one request after the other.
const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
/// How many logins a round of first logins has; each needs a pool of its own.
const FIRST_LOGINS: usize = 2000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["echo"] => echo::serve(),
        ["run", binary] => {
            throughput(binary);
            alone::measure();
            memory::measure(binary);
        }
        ["bounds", binary] => memory::measure(binary),
        other => panic!("say `echo`, `run BINARY` or `bounds BINARY`, not {other:?}"),
    }
}

/// Throughput and latency of issuing, beside the echo. Rounds alternate, so that a noisy machine disturbs all alike.
fn throughput(binary: &str) {
    let folder = process::seeded(binary);
    let (server, echo) = (Server::serve(binary, &folder), Echo::start());
    let asks = Asks::of(&server);
    let signed_in = asks.get_credentials_signed_in();
    let mut connection = Connection::open(&server.address);
    let holder = Holder::of(&mut connection, &asks);
    let own = format!("/my-bucket/{}/kibibyte", holder.identity.replace(':', "%3A"));
    let put = holder.s3("PUT", &own, &"x".repeat(1024));
    connection.ask(&put);
    drop(connection);
    let subjects = [
        ("echo of the same request", &echo.address, signed_in.clone()),
        ("GetCredentialsForIdentity, guest", &server.address, asks.get_credentials_as_guest()),
        ("GetCredentialsForIdentity, signed in", &server.address, signed_in),
        ("GetId, known login", &server.address, asks.get_id_of_known_login()),
        ("GetId, new guest", &server.address, asks.get_id_of_guest()),
        ("GetCallerIdentity", &server.address, holder.get_caller_identity()),
        ("GetObject, 1 KiB", &server.address, holder.s3("GET", &own, "")),
        ("PutObject, 1 KiB", &server.address, put),
    ];
    let mut rounds: Vec<Vec<Measured>> = subjects.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, address, request), measured) in subjects.iter().zip(&mut rounds) {
            measure(address, request, CONNECTIONS, WARM_UP);
            measured.push(measure(address, request, CONNECTIONS, ROUND));
        }
    }
    let medians: Vec<Measured> = rounds.into_iter().map(load::median).collect();
    println!("{CONNECTIONS} connections, {ROUNDS} rounds of {} s, medians", ROUND.as_secs());
    println!("{:<38} {:>10} {:>9} {:>9} {:>8}", "", "requests/s", "p50 µs", "p99 µs", "of echo");
    let first_logins = (0..ROUNDS).map(|_| {
        let requests = asks.get_id_of_first_logins(&server, FIRST_LOGINS);
        load::measure_each(&server.address, &requests, CONNECTIONS)
    });
    let first_logins = load::median(first_logins.collect());
    let names = subjects.iter().map(|(name, ..)| *name).chain(["GetId, first login"]);
    for (name, median) in names.zip(medians.iter().chain([&first_logins])) {
        let ratio = median.per_second / medians[0].per_second;
        let Measured { per_second, p50, p99 } = median;
        println!("{name:<38} {per_second:>10.0} {p50:>9} {p99:>9} {ratio:>8.2}");
    }
    println!("resident memory afterwards: {:.1} MiB", server.resident_mebibytes());
}
