//! Logins that meet while many ask at once, and while the server is being killed.

#![expect(clippy::print_stdout, reason = "how often what was done is the result")]

use crate::support::{
    Answer, Ask, Connection, DemoUser, Doomed, Draw, GUESTS_POOL, Start, demo_user, root_of, send, sign_in,
    try_credentials, try_identity,
};
use domain::entropy::Entropy;
use domain::identity_pool::identity::{Identity, Standing};
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{IdentityPools, Merges, Stop};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use store::Store;
use store::sqlite::Sqlite;

const FIRST: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX";
const SECOND: &str = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Second001";
const SECOND_CLIENT: &str = "second";

const CONNECTIONS: usize = 64;
const LOGINS: usize = 1000;
const KILLS: usize = 60;

/// Users whose identities meet again and again.
const USERS: usize = 3;

/// The demo with a second user pool, and users in both.
fn write_seed(file: &Path) {
    let user = |n| format!("[[user_pools.users]]\nusername = \"user{n}\"\npassword = \"Pass-word-{n}\"\n\n");
    let users: String = (0..USERS).map(user).collect();
    let second = format!(
        "[[user_pools]]\nid = \"us-east-1_Second001\"\nname = \"second\"\n\n[[user_pools.clients]]\n\
         id = \"{SECOND_CLIENT}\"\nname = \"app\"\nauth_flows = [\"ALLOW_USER_PASSWORD_AUTH\"]\n\n{users}"
    );
    let demo = include_str!("../../src/seed/demo.toml")
        .replacen("[[identity_pools]]", &format!("{users}{second}[[identity_pools]]"), 1)
        .replacen(
            "client = \"app\" }]",
            "client = \"app\" }, { user_pool = \"second\", client = \"app\" }]",
            1,
        );
    fs::write(file, demo).unwrap();
}

fn token(signed_in: &Answer) -> String {
    signed_in.member("/AuthenticationResult/IdToken")
}

/// Asks each of many things on one of the connections, all at once, and gives the answers.
fn at_once<T: Send>(address: SocketAddr, ask: impl Fn(&mut Connection, usize) -> T + Sync) -> Vec<T> {
    let (next, answers) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut connection = Connection::open(address).unwrap();
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= LOGINS {
                        return;
                    }
                    let answer = ask(&mut connection, nth);
                    answers.lock().unwrap().push(answer);
                }
            });
        }
    });
    answers.into_inner().unwrap()
}

#[test]
#[ignore = "slow: a thousand tokens are signed and verified"]
fn a_thousand_first_logins_of_one_subject_over_64_connections_make_one_identity() {
    let folder = tempfile::tempdir().unwrap();
    let server = Start::dev(folder.path()).quiet().run();
    let signed_in = sign_in(server.address, &demo_user(folder.path()));
    let refresh = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": demo_user(folder.path()).client,
        "AuthParameters": { "REFRESH_TOKEN": signed_in.member("/AuthenticationResult/RefreshToken") },
    });
    let refresh = Ask::json("AWSCognitoIdentityProviderService.InitiateAuth", &refresh);
    let tokens = at_once(server.address, |connection, _| token(&connection.send(&refresh).unwrap()));
    assert_eq!(tokens.iter().collect::<BTreeSet<_>>().len(), LOGINS, "no two tokens are the same");

    let found = at_once(server.address, |connection, nth| {
        let answer = try_identity(connection, Some(&json!({ FIRST: tokens[nth] }))).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.member("/IdentityId")
    });
    assert_eq!(found.len(), LOGINS);
    let listing = json!({ "IdentityPoolId": GUESTS_POOL, "MaxResults": 60 });
    let listing = Ask::json("AWSCognitoIdentityService.ListIdentities", &listing)
        .signed_for("cognito-identity", &root_of(folder.path()));
    let listed = send(server.address, &listing).json();
    let [identity] = listed["Identities"].as_array().unwrap().as_slice() else { panic!("{listed}") };
    assert_eq!(
        BTreeSet::from_iter(found),
        BTreeSet::from([identity["IdentityId"].as_str().unwrap().to_owned()])
    );
}

/// What clients were told.
#[derive(Default)]
struct Told {
    /// Identities that were merged into others, and into whom.
    merged: BTreeMap<String, String>,
    guests: usize,
    users: usize,
}

/// A round: one server, until it is killed.
struct Round<'a> {
    server: Doomed,
    /// Tokens of users, of the first user pool and of the second.
    logins: &'a [(String, String)],
    told: &'a Mutex<Told>,
}

impl Round<'_> {
    /// Comes as one guest after the other, and each signs in as the same user.
    fn guests_sign_in(&self, nth: usize) -> Option<()> {
        let mut connection = self.server.connection()?;
        let login = json!({ FIRST: self.logins[nth].0 });
        let owner = self.server.outcome(try_identity(&mut connection, Some(&login)))?.member("/IdentityId");
        loop {
            let guest = self.server.outcome(try_identity(&mut connection, None))?.member("/IdentityId");
            let answer = self.server.outcome(try_credentials(&mut connection, &guest, Some(&login)))?;
            assert_eq!(answer.member("/IdentityId"), owner);
            let mut told = self.told.lock().unwrap();
            told.merged.insert(guest, owner.clone());
            told.guests += 1;
        }
    }

    /// Comes with one login and with another, shows both together, takes the second away, and so on.
    fn identities_meet(&self, nth: usize) -> Option<()> {
        let mut connection = self.server.connection()?;
        let (first, second) = &self.logins[nth];
        let (one, other) = (json!({ FIRST: first }), json!({ SECOND: second }));
        let both = json!({ FIRST: first, SECOND: second });
        let old = self.server.outcome(try_identity(&mut connection, Some(&one)))?.member("/IdentityId");
        loop {
            let young =
                self.server.outcome(try_identity(&mut connection, Some(&other)))?.member("/IdentityId");
            let met = self.server.outcome(try_identity(&mut connection, Some(&both)))?.member("/IdentityId");
            assert_eq!(met, old);
            if young != old {
                let mut told = self.told.lock().unwrap();
                told.merged.insert(young, old.clone());
                told.users += 1;
            }
            let input = json!({ "IdentityId": old, "Logins": one, "LoginsToRemove": [SECOND] });
            let ask = Ask::json("AWSCognitoIdentityService.UnlinkIdentity", &input);
            self.server.outcome(connection.send(&ask))?;
        }
    }
}

/// Reading draws nothing.
struct Undrawn;

impl Entropy for Undrawn {
    fn fill(&self, _: &mut [u8]) {
        panic!("something is drawn");
    }
}

/// Everything that the records of a server that is not running say of identities; they must agree with each other.
fn check_records(data: &Path) -> BTreeMap<String, Identity> {
    let engine = Sqlite::open(&data.join("records.sqlite")).unwrap();
    let store = Store::new(Arc::new(engine));
    let pool = IdentityPoolId::parse(GUESTS_POOL).unwrap();
    let reading = store.transact(&Undrawn, |records, _| {
        let identities = records.identities(&pool, None, usize::MAX)?;
        let mut held = BTreeSet::new();
        for one in &identities {
            assert!(one.standing == Standing::Authenticated || one.logins.is_empty(), "{one:?}");
            for login in &one.logins {
                assert!(
                    held.insert((login.provider.clone(), login.subject.clone())),
                    "{login:?} is held twice"
                );
                assert_eq!(records.identity_of(&pool, login)?.as_ref(), Some(one));
            }
            let merge = records.merge_of(&one.id)?;
            assert_eq!(merge.is_some(), one.standing == Standing::Disabled, "{one:?}: {merge:?}");
        }
        let journal = records.merges(&pool, None, usize::MAX)?;
        assert_eq!(journal.len(), identities.iter().filter(|one| one.standing == Standing::Disabled).count());
        Ok::<_, Stop<Infallible>>(identities)
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let Ok(identities) = runtime.block_on(reading).unwrap();
    identities.into_iter().map(|one| (one.id.to_string(), one)).collect()
}

#[test]
#[ignore = "slow: kills the server 60 times"]
fn a_merge_survives_a_kill_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let (seed, data) = (folder.path().join("seed.toml"), folder.path().join("data"));
    let draws_from = u64::from(std::process::id());
    println!("draws from {draws_from}");
    let mut draw = Draw::from(draws_from);
    write_seed(&seed);
    let server = Start::dev(&data).seed(&seed).quiet().run();
    let first_client = demo_user(&data).client;
    let logins: Vec<(String, String)> = (0..USERS)
        .map(|n| {
            let sign = |client: &str| {
                let (name, password) = (format!("user{n}"), format!("Pass-word-{n}"));
                token(&sign_in(server.address, &DemoUser { client: client.to_owned(), name, password }))
            };
            (sign(&first_client), sign(SECOND_CLIENT))
        })
        .collect();
    let told = Mutex::new(Told::default());
    let mut server = Some(server);
    let mut checked = BTreeSet::new();
    let mut half = (0, 0);
    for _ in 0..KILLS {
        let running = server.take().unwrap_or_else(|| Start::dev(&data).quiet().run());
        let round = Round { server: Doomed::at(running.address), logins: &logins, told: &told };
        thread::scope(|scope| {
            for nth in 0..USERS {
                let round = &round;
                scope.spawn(move || round.guests_sign_in(nth));
                scope.spawn(move || round.identities_meet(nth));
            }
            running.killed_after(draw.millis(50, 200), || round.server.is_killed());
        });
        let identities = check_records(&data);
        let told = told.lock().unwrap();
        for (old, into) in told.merged.iter().filter(|(old, _)| !checked.contains(*old)) {
            assert_eq!(identities[old].standing, Standing::Disabled, "{old} was said to be merged");
            assert_eq!(identities[into].standing, Standing::Authenticated);
        }
        half = identities.values().fold((0, 0), |(done, not), one| match one.standing {
            Standing::Disabled => (done + usize::from(!told.merged.contains_key(one.id.as_str())), not),
            Standing::Guest => (done, not + 1),
            Standing::Authenticated => (done, not),
        });
        checked.extend(told.merged.keys().cloned());
    }
    let told = told.into_inner().unwrap();
    let (done, not) = half;
    println!(
        "{KILLS} kills; {} guests and {} users were merged; of those broken off {done} were and {not} guests were not",
        told.guests, told.users
    );
    assert!(told.guests > KILLS && told.users > KILLS, "the clients did too little");
}
