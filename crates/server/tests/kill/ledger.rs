//! What was acknowledged, and whether it is still there.

use crate::Dice;
use crate::client::{Client, Issued};
use crate::server::Server;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};

/// How many keys the clients write to.
const KEYS: u64 = 48;

/// Everything that a client was told.
#[derive(Default)]
pub(crate) struct Ledger {
    objects: BTreeMap<String, Known>,
    guests: Vec<String>,
    member: Option<String>,
    access_keys: Vec<String>,
    busy: HashSet<String>,
    writes: u64,
    deletes: u64,
}

/// What is known of an object.
#[derive(Default)]
struct Known {
    /// The last acknowledged state; `None` when absent.
    body: Option<String>,
    /// Whether something was begun since that may or may not have happened.
    unsure: bool,
}

impl Ledger {
    /// Begins a change of a key that nobody else is changing, so that the order of its changes is known.
    pub(crate) fn begin(&mut self, dice: &mut Dice) -> String {
        loop {
            let key = format!("k{}/{}", dice.next() % KEYS, dice.next() % 2);
            if self.busy.insert(key.clone()) {
                self.objects.entry(key.clone()).or_default().unsure = true;
                return key;
            }
        }
    }

    pub(crate) fn wrote(&mut self, key: &str, body: String) {
        self.writes += 1;
        self.settle(key, Some(body));
    }

    pub(crate) fn deleted(&mut self, key: &str) {
        self.deletes += 1;
        self.settle(key, None);
    }

    fn settle(&mut self, key: &str, body: Option<String>) {
        self.busy.remove(key);
        self.objects.insert(key.to_owned(), Known { body, unsure: false });
    }

    pub(crate) fn issued(&mut self, issued: Issued) {
        self.guests.push(issued.identity);
        self.access_keys.push(issued.access_key);
    }

    pub(crate) fn member(&mut self, issued: Issued) {
        let known = self.member.get_or_insert_with(|| issued.identity.clone());
        assert_eq!(*known, issued.identity, "the same login found another identity");
        self.access_keys.push(issued.access_key);
    }

    pub(crate) fn acknowledged(&self) -> u64 {
        self.writes + self.deletes + self.access_keys.len() as u64
    }

    pub(crate) fn summary(&self) -> String {
        let Self { writes, deletes, guests, access_keys, .. } = self;
        let (guests, issued) = (guests.len(), access_keys.len());
        format!(
            "acknowledged: {writes} writes, {deletes} deletes, {guests} guests, {issued} credentials; none lost"
        )
    }

    /// After a kill nobody is changing anything any more.
    pub(crate) fn nobody_is_busy(&mut self) {
        self.busy.clear();
    }

    /// Every object, and the identities made last.
    pub(crate) fn check_recent(&self, server: &Server) {
        let mut client = Client::new(server);
        for (key, known) in &self.objects {
            check_object(&client, key, known);
        }
        for guest in self.guests.iter().rev().take(3) {
            assert!(client.credentials(guest, &json!({})).is_some(), "guest {guest} is gone");
        }
        if let Some(known) = &self.member {
            assert_eq!(client.member().unwrap().identity, *known);
        }
    }

    /// Every access key that was handed out is in the audit, and every line of the audit is whole.
    pub(crate) fn check_audit(&self, server: &Server) {
        let mut recorded = HashSet::new();
        for file in std::fs::read_dir(server.data.join("audit")).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let record: Value =
                    serde_json::from_str(line).unwrap_or_else(|_| panic!("half a line: {line}"));
                if let Some(key) = record["responseElements"]["accessKeyId"].as_str() {
                    recorded.insert(key.to_owned());
                }
            }
        }
        for key in &self.access_keys {
            assert!(recorded.contains(key), "credentials {key} left without a line in the audit");
        }
    }

    pub(crate) fn check_everything(&self, server: &Server) {
        self.check_recent(server);
        self.check_audit(server);
        let client = Client::new(server);
        for guest in &self.guests {
            assert!(client.credentials(guest, &json!({})).is_some(), "guest {guest} is gone");
        }
    }
}

fn check_object(client: &Client<'_>, key: &str, known: &Known) {
    let answer = client.get(key).unwrap();
    match (answer.status, &known.body) {
        (200 | 404, _) if known.unsure => {}
        (200, Some(body)) => assert!(answer.body == *body, "object {key} is not what was acknowledged"),
        (404, None) => {}
        (status, body) => {
            panic!("object {key} answers {status}, acknowledged was {:?}", body.as_ref().map(String::len))
        }
    }
}
