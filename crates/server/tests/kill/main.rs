//! `kill -9` at any moment loses nothing that was acknowledged.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::indexing_slicing, reason = "a member that is not there fails the test")]
#![expect(clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "the counts are the result")]
#![expect(clippy::disallowed_methods, reason = "a test signs with the machine's time and ends by deadlines")]

mod client;
mod ledger;
mod server;

use client::Client;
use ledger::Ledger;
use server::Server;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How often the server is killed.
const KILLS: u64 = 200;

/// How many clients work at the same time.
const CLIENTS: u64 = 4;

#[test]
#[ignore = "slow: kills the server two hundred times"]
fn two_hundred_kills_lose_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Mutex::new(Ledger::default());
    let mut dice = Dice(0x5EED_CE70_7E00_0001);
    println!("seed {:#x}", dice.0);
    for kill in 0..KILLS {
        let server = Server::start(folder.path());
        check(&server, &ledger.lock().unwrap(), kill);
        let deadline = Instant::now() + Duration::from_millis(20 + dice.next() % 100);
        std::thread::scope(|scope| {
            for client in 0..CLIENTS {
                let (server, ledger) = (&server, &ledger);
                let seed = dice.next() | client;
                scope.spawn(move || work(server, ledger, Dice(seed)));
            }
            while Instant::now() < deadline {
                std::thread::yield_now();
            }
            server.kill();
        });
        ledger.lock().unwrap().nobody_is_busy();
    }
    let server = Server::start(folder.path());
    let ledger = ledger.lock().unwrap();
    ledger.check_everything(&server);
    println!("{KILLS} kills; {}", ledger.summary());
    assert!(ledger.acknowledged() > KILLS, "too little was acknowledged to mean anything");
}

/// After each start: the objects touched last, a few identities, and every line of the audit.
fn check(server: &Server, ledger: &Ledger, kill: u64) {
    ledger.check_recent(server);
    if kill.is_multiple_of(20) {
        ledger.check_audit(server);
    }
}

/// Asks for one thing after the other until the server is gone.
fn work(server: &Server, ledger: &Mutex<Ledger>, mut dice: Dice) {
    let mut client = Client::new(server);
    loop {
        let asked = match dice.next() % 4 {
            0 => client.guest().map(|guest| ledger.lock().unwrap().issued(guest)),
            1 => client.member().map(|member| ledger.lock().unwrap().member(member)),
            2 => {
                let key = ledger.lock().unwrap().begin(&mut dice);
                let body = format!("{key} {}", dice.next()).repeat(1 + (dice.next() % 200) as usize);
                client.put(&key, &body).map(|()| ledger.lock().unwrap().wrote(&key, body))
            }
            _ => {
                let key = ledger.lock().unwrap().begin(&mut dice);
                client.delete(&key).map(|()| ledger.lock().unwrap().deleted(&key))
            }
        };
        if asked.is_none() {
            return;
        }
    }
}

/// A small generator, so that a run can be repeated.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
