//! `kill -9` at any moment loses nothing that was acknowledged, and neither does a loss of power.

#![expect(clippy::print_stdout, reason = "how often what was done is the result")]

use crate::ledger::{AuditReader, Ledger};
use crate::support::{
    Ask, BUCKET, Connection, DemoUser, Doomed, Draw, Held, Shim, Start, Stopwatch, credentials_of, demo_user,
    get, listed_keys, lists, pool_login, root_of, sign_in, try_credentials, try_identity, try_rotation,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

const KILLS: u64 = 200;

const LOSSES: u64 = 20;

/// How often the key ring is to get a new key; it has room for a hundred.
const ROTATIONS: u32 = 90;

/// How many users sign in; most of them get their identity while the server is being killed.
const USERS: usize = 12;

/// Mostly small, sometimes nothing, sometimes too large for one piece.
fn content(draw: &mut Draw) -> Vec<u8> {
    let length = match draw.below(10) {
        0 => 0,
        1 => 20_000 + draw.below(200_000),
        _ => draw.below(3000),
    };
    let byte = draw.next();
    (0..length).map(|at| (byte.wrapping_add(at * 7) % 251) as u8).collect()
}

/// What clients know, in all rounds.
struct World {
    root: Held,
    /// Users, and their logins.
    users: Vec<(String, Value)>,
    /// Credentials of those who write, and the folder that is theirs.
    writers: Vec<(Held, String)>,
    ledger: Mutex<Ledger>,
}

/// A round: one server, until it is killed.
struct Round<'a> {
    world: &'a World,
    server: Doomed,
}

impl Round<'_> {
    /// Puts, deletes and reads objects until the server is gone.
    fn write_objects(&self, (held, own): &(Held, String), mut draw: Draw) -> Option<()> {
        const NAMES: [&str; 8] = ["a", "a/b", "a/b/c", "b", "b.txt", "c-1", "c_2", "d/e"];
        let mut connection = self.server.connection()?;
        loop {
            let key = format!("{own}/{}", draw.one_of(&NAMES));
            let ask = |method| Ask::new(method, &format!("/{BUCKET}/{key}"));
            if draw.below(3) > 0 {
                let content = content(&mut draw);
                let put = ask("PUT").body(&content).signed(held);
                self.ledger().may_become(&key, Some(content));
                self.server.outcome(connection.send(&put))?;
            } else {
                self.ledger().may_become(&key, None);
                self.server.outcome(connection.send(&ask("DELETE").signed(held)))?;
            }
            self.ledger().became(&key);
        }
    }

    /// Comes as a new guest, again and again. Now and then the key ring gets a new key, while others come and go.
    fn come_as_guests(&self, mut draw: Draw) -> Option<()> {
        let mut connection = self.server.connection()?;
        loop {
            if draw.below(20) == 0 && self.ledger().rotations < ROTATIONS {
                self.ledger().rotations += 1;
                let rotated = self.server.outcome(try_rotation(&mut connection, &self.world.root))?;
                self.ledger().ring_keys.insert(rotated.json()["RingKey"].as_u64().unwrap());
            }
            let identity = self.server.outcome(try_identity(&mut connection, None))?.member("/IdentityId");
            self.ledger().guests.push(identity.clone());
            let held =
                credentials_of(&self.server.outcome(try_credentials(&mut connection, &identity, None))?);
            self.ledger().has_access_key(held.id.clone());
            self.ledger().untried.push(held);
        }
    }

    /// Comes as one signed-in user after the other; others do so at the same time.
    fn come_signed_in(&self, mut draw: Draw, known: usize) -> Option<()> {
        let mut connection = self.server.connection()?;
        loop {
            let (user, login) = draw.one_of(&self.world.users[..known]);
            let identity =
                self.server.outcome(try_identity(&mut connection, Some(login)))?.member("/IdentityId");
            self.ledger().is_identity_of(user, identity.clone());
            let answer = self.server.outcome(try_credentials(&mut connection, &identity, Some(login)))?;
            self.ledger().has_access_key(credentials_of(&answer).id);
        }
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.world.ledger.lock().unwrap()
    }
}

/// The demo with more users.
fn write_seed(file: &Path) {
    let demo = include_str!("../../src/seed/demo.toml");
    let user = |n| format!("[[user_pools.users]]\nusername = \"user{n}\"\npassword = \"Pass-word-{n}\"\n\n");
    let users: String = (0..USERS).map(user).collect();
    fs::write(file, demo.replacen("[[identity_pools]]", &format!("{users}[[identity_pools]]"), 1)).unwrap();
}

/// Signs everybody in; two of them get the credentials that they write with through all rounds.
fn begin(start: Start, data: &Path) -> World {
    let server = start.run();
    let client = demo_user(data).client;
    let sign = |n| {
        let user =
            DemoUser { client: client.clone(), name: format!("user{n}"), password: format!("Pass-word-{n}") };
        (user.name.clone(), pool_login(&sign_in(server.address, &user)))
    };
    let users: Vec<(String, Value)> = (0..USERS).map(sign).collect();
    let mut connection = Connection::open(server.address).unwrap();
    let mut ledger = Ledger::default();
    let mut writers = Vec::new();
    for (user, login) in &users[..2] {
        let identity = try_identity(&mut connection, Some(login)).unwrap().member("/IdentityId");
        let held = credentials_of(&try_credentials(&mut connection, &identity, Some(login)).unwrap());
        ledger.is_identity_of(user, identity.clone());
        ledger.has_access_key(held.id.clone());
        writers.push((held, identity));
    }
    World { root: root_of(data), users, writers, ledger: Mutex::new(ledger) }
}

/// Holds what the server has against what was acknowledged.
fn check(world: &World, address: SocketAddr, guests: &[String]) {
    let mut connection = Connection::open(address).unwrap();
    let mut ledger = world.ledger.lock().unwrap();
    let keys: Vec<String> = ledger.objects.keys().cloned().collect();
    for key in keys {
        let got = connection.send(&Ask::new("GET", &format!("/{BUCKET}/{key}")).signed(&world.root)).unwrap();
        match got.status {
            200 => ledger.found(&key, Some(got.body)),
            404 => ledger.found(&key, None),
            status => panic!("`{key}` was answered with {status}: {}", got.text()),
        }
    }
    let present =
        ledger.objects.iter().filter(|(_, content)| content[0].is_some()).map(|(key, _)| key.clone());
    let mut present: Vec<String> = present.collect();
    present.extend(["public/about.txt".to_owned(), "public/hello.txt".to_owned()]);
    present.sort();
    let listed = listed_keys(&mut connection, BUCKET, &world.root);
    assert_eq!(listed, present, "what is listed is what can be read");

    let logins: BTreeMap<&String, &Value> = world.users.iter().map(|(user, login)| (user, login)).collect();
    for (user, identity) in ledger.users.clone() {
        let login = logins[&user];
        let again = try_identity(&mut connection, Some(login)).unwrap().member("/IdentityId");
        assert_eq!(again, identity, "{user} became somebody else");
        let held = credentials_of(&try_credentials(&mut connection, &identity, Some(login)).unwrap());
        ledger.has_access_key(held.id);
    }
    for held in std::mem::take(&mut ledger.untried) {
        assert_eq!(lists(&mut connection, &held), 200, "{} is worth nothing any more", held.id);
    }
    for guest in guests {
        ledger.has_access_key(credentials_of(&try_credentials(&mut connection, guest, None).unwrap()).id);
    }
}

fn run_until_killed(world: &World, server: crate::support::Running, draw: &mut Draw, known: usize) {
    let round = Round { world, server: Doomed::at(server.address) };
    thread::scope(|scope| {
        for writer in &world.writers {
            let draw = Draw::from(draw.next());
            scope.spawn(|| round.write_objects(writer, draw));
        }
        let guests_draw = Draw::from(draw.next());
        scope.spawn(|| round.come_as_guests(guests_draw));
        for _ in 0..2 {
            let draw = Draw::from(draw.next());
            scope.spawn(|| round.come_signed_in(draw, known));
        }
        server.killed_after(draw.millis(50, 150), || round.server.is_killed());
    });
}

#[test]
#[ignore = "slow: kills the server 200 times"]
fn what_was_acknowledged_survives_two_hundred_kills() {
    let folder = tempfile::tempdir().unwrap();
    let (seed, data) = (folder.path().join("seed.toml"), folder.path().join("data"));
    let draws_from = u64::from(std::process::id());
    println!("draws from {draws_from}");
    let mut draw = Draw::from(draws_from);
    write_seed(&seed);
    let world = begin(Start::dev(&data).seed(&seed).quiet(), &data);
    let mut audit = AuditReader::default();
    let (mut seen, mut starts) = (0, Vec::new());
    for kill in 0..=KILLS {
        if draw.below(10) == 0 {
            Start::dev(&data).quiet().killed_after(draw.millis(0, 40));
        }
        let since = Stopwatch::start();
        let server = Start::dev(&data).quiet().run();
        assert_eq!(get(server.address, "/health/ready").status, 200);
        starts.push(since.elapsed());
        let all: Vec<String> = world.ledger.lock().unwrap().guests.clone();
        check(&world, server.address, if kill == KILLS { &all } else { &all[seen..] });
        seen = all.len();
        if kill < KILLS {
            // One more user every few rounds, so that identities are made in many of them.
            let known =
                2 + usize::try_from(kill).unwrap() * (USERS - 2) / usize::try_from(KILLS).unwrap() + 1;
            run_until_killed(&world, server, &mut draw, known.min(USERS));
        }
        audit.read(&data.join("audit"));
        audit.has_all(&world.ledger.lock().unwrap().access_keys);
        audit.has_rotations(&world.ledger.lock().unwrap().ring_keys);
    }
    starts.sort();
    let ledger = world.ledger.lock().unwrap();
    let (median, worst) = (starts[starts.len() / 2], starts[starts.len() - 1]);
    println!(
        "{KILLS} kills; {:?}; {} ring keys, {} guests, {} users, {} access keys, {} audit lines; ready after {median:?}, at worst {worst:?}",
        ledger.counts,
        ledger.ring_keys.len(),
        ledger.guests.len(),
        ledger.users.len(),
        ledger.access_keys.len(),
        audit.lines,
    );
    assert!(ledger.counts.puts > KILLS && ledger.guests.len() as u64 > KILLS, "the clients did too little");
    assert!(!ledger.ring_keys.is_empty(), "the key ring was left alone");
}

#[test]
#[ignore = "slow: takes the power away 20 times"]
fn what_was_acknowledged_survives_losses_of_power() {
    let folder = tempfile::tempdir().unwrap();
    let shim = Shim::build(folder.path());
    let seed = folder.path().join("seed.toml");
    let draws_from = u64::from(std::process::id());
    println!("draws from {draws_from}");
    let mut draw = Draw::from(draws_from);
    write_seed(&seed);
    let start = || shim.watching(Start::dev(shim.data()).quiet().flag("--audit-sync"));
    let world = begin(start().seed(&seed), shim.data());
    let mut audit = AuditReader::default();
    let mut seen = 0;
    for loss in 0..=LOSSES {
        shim.lose_power();
        let server = start().run();
        let all: Vec<String> = world.ledger.lock().unwrap().guests.clone();
        check(&world, server.address, if loss == LOSSES { &all } else { &all[seen..] });
        seen = all.len();
        audit.read(&shim.data().join("audit"));
        audit.has_all(&world.ledger.lock().unwrap().access_keys);
        audit.has_rotations(&world.ledger.lock().unwrap().ring_keys);
        if loss < LOSSES {
            run_until_killed(&world, server, &mut draw, USERS);
        }
    }
    let ledger = world.ledger.lock().unwrap();
    println!(
        "{LOSSES} losses; {:?}; {} ring keys, {} guests, {} audit lines",
        ledger.counts,
        ledger.ring_keys.len(),
        ledger.guests.len(),
        audit.lines
    );
    assert!(ledger.counts.puts > LOSSES && ledger.guests.len() as u64 > LOSSES, "the clients did too little");
}

#[test]
#[ignore = "slow: seeds a folder many times"]
fn a_seed_that_is_killed_at_any_moment_is_whole_after_the_next_start() {
    let draws_from = u64::from(std::process::id());
    println!("draws from {draws_from}");
    let mut draw = Draw::from(draws_from);
    for _ in 0..20 {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            Start::dev(folder.path()).quiet().killed_after(draw.millis(0, 600));
        }
        let server = Start::dev(folder.path()).quiet().run();
        assert_eq!(sign_in(server.address, &demo_user(folder.path())).status, 200);
        let (root, mut connection) = (root_of(folder.path()), Connection::open(server.address).unwrap());
        assert_eq!(listed_keys(&mut connection, BUCKET, &root), ["public/about.txt", "public/hello.txt"]);
        let second = listed_keys(&mut connection, "prefix-bucket", &root);
        assert_eq!(second, ["private/plan.txt", "public/readme.txt"]);
    }
}
