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
const WARM_UP: Duration = Duration::from_millis(200);
const TURN: Duration = Duration::from_millis(700);
const ROUNDS: usize = 9;
/// How often first logins are measured.
const FIRST_ROUNDS: usize = 3;
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

fn show(name: &str, median: Measured, ratio: f64) {
    let Measured { per_second, p50, p99 } = median;
    println!("{name:<38} {per_second:>10.0} {p50:>9} {p99:>9} {ratio:>8.2}");
}

/// Throughput and latency beside the echo. Each turn has one of the echo right before it, and what counts is the median of
/// the ratios: a machine that others share is twice as fast in one minute as in the next.
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
        ("GetCredentialsForIdentity, guest", asks.get_credentials_as_guest()),
        ("GetCredentialsForIdentity, signed in", signed_in.clone()),
        ("GetId, known login", asks.get_id_of_known_login()),
        ("GetId, new guest", asks.get_id_of_guest()),
        ("GetCallerIdentity", holder.get_caller_identity()),
        ("GetObject, 1 KiB", holder.s3("GET", &own, "")),
        ("PutObject, 1 KiB", put),
    ];
    let turn = |address: &str, request: &[u8]| {
        measure(address, request, CONNECTIONS, WARM_UP);
        measure(address, request, CONNECTIONS, TURN)
    };
    let mut pairs: Vec<Vec<[Measured; 2]>> = subjects.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for ((_, request), pairs) in subjects.iter().zip(&mut pairs) {
            pairs.push([turn(&echo.address, &signed_in), turn(&server.address, request)]);
        }
    }
    println!("{CONNECTIONS} connections, {ROUNDS} turns of {} ms, medians", TURN.as_millis());
    println!("{:<38} {:>10} {:>9} {:>9} {:>8}", "", "requests/s", "p50 µs", "p99 µs", "of echo");
    let echoes = pairs.iter().flatten().map(|[echo, _]| *echo).collect();
    show("echo of a signed-in request", load::median(echoes), 1.0);
    for ((name, _), pairs) in subjects.iter().zip(pairs) {
        let mut ratios: Vec<f64> =
            pairs.iter().map(|[echo, asked]| asked.per_second / echo.per_second).collect();
        ratios.sort_by(f64::total_cmp);
        show(name, load::median(pairs.into_iter().map(|[_, asked]| asked).collect()), ratios[ROUNDS / 2]);
    }
    let first = (0..FIRST_ROUNDS).map(|_| {
        let requests = asks.get_id_of_first_logins(&server, FIRST_LOGINS);
        let beside = turn(&echo.address, &signed_in);
        (load::measure_each(&server.address, &requests, CONNECTIONS), beside)
    });
    let (first, beside): (Vec<Measured>, Vec<Measured>) = first.unzip();
    let (first, beside) = (load::median(first), load::median(beside));
    show("GetId, first login", first, first.per_second / beside.per_second);
    println!("resident memory afterwards: {:.1} MiB", server.resident_mebibytes());
}
