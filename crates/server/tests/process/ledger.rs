//! What clients were told, to be held against what a server that was killed still has.

use crate::support::Held;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The bytes of an object, or its absence.
pub(crate) type Content = Option<Vec<u8>>;

/// Everything that was acknowledged, and what may have happened besides.
#[derive(Default)]
pub(crate) struct Ledger {
    /// What each object may be: one thing if the last change was acknowledged, several if it was broken off.
    pub(crate) objects: BTreeMap<String, Vec<Content>>,
    /// The identity of each user who signed in.
    pub(crate) users: BTreeMap<String, String>,
    /// Guests, in the order in which they came.
    pub(crate) guests: Vec<String>,
    /// The access keys that were handed out.
    pub(crate) access_keys: BTreeSet<String>,
    /// The credentials that guests got since they were last tried.
    pub(crate) untried: Vec<Held>,
    /// The numbers of the keys that the key ring got.
    pub(crate) ring_keys: BTreeSet<u64>,
    /// How often it was asked to get one.
    pub(crate) rotations: u32,
    pub(crate) counts: Counts,
}

/// What happened how often.
#[derive(Default, Debug)]
pub(crate) struct Counts {
    pub(crate) puts: u64,
    pub(crate) deletes: u64,
    /// Changes that were broken off and are found done.
    pub(crate) broken_off_done: u64,
    /// Changes that were broken off and are found not done.
    pub(crate) broken_off_undone: u64,
}

impl Ledger {
    /// A change of an object is about to be asked for.
    pub(crate) fn may_become(&mut self, key: &str, content: Content) {
        self.objects.entry(key.to_owned()).or_insert_with(|| vec![None]).push(content);
    }

    /// The last change of an object was acknowledged.
    pub(crate) fn became(&mut self, key: &str) {
        let possible = self.objects.get_mut(key).unwrap();
        let last = possible.pop().unwrap();
        match last {
            Some(_) => self.counts.puts += 1,
            None => self.counts.deletes += 1,
        }
        *possible = vec![last];
    }

    /// An object was found to be this; from now on it is nothing else.
    pub(crate) fn found(&mut self, key: &str, content: Content) {
        let possible = self.objects.get_mut(key).unwrap();
        let at = possible.iter().position(|one| *one == content);
        assert!(at.is_some(), "`{key}` is nothing that it may be: {}", shown(&content, possible));
        if possible.len() > 1 {
            let was_done = *possible.last().unwrap() == content;
            *if was_done { &mut self.counts.broken_off_done } else { &mut self.counts.broken_off_undone } +=
                1;
        }
        *possible = vec![content];
    }

    /// A user's identity was given; it is always the same.
    pub(crate) fn is_identity_of(&mut self, user: &str, identity: String) {
        let known = self.users.entry(user.to_owned()).or_insert_with(|| identity.clone());
        assert_eq!(*known, identity, "{user} became somebody else");
    }

    /// An access key was handed out; no two are the same.
    pub(crate) fn has_access_key(&mut self, id: String) {
        assert!(self.access_keys.insert(id.clone()), "{id} was handed out twice");
    }
}

fn shown(found: &Content, possible: &[Content]) -> String {
    let length = |content: &Content| content.as_ref().map(Vec::len);
    let possible: Vec<Option<usize>> = possible.iter().map(length).collect();
    format!("{:?} bytes, not one of {possible:?}", length(found))
}

/// The audit's files, read as far as they were written.
#[derive(Default)]
pub(crate) struct AuditReader {
    read: BTreeMap<PathBuf, usize>,
    access_keys: BTreeSet<String>,
    ring_keys: BTreeSet<u64>,
    pub(crate) lines: u64,
}

impl AuditReader {
    /// Reads what is new; every line must be a whole record.
    pub(crate) fn read(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let text = fs::read(&path).unwrap();
            let from = self.read.entry(path).or_default();
            // What stands after the last end of a line was never acknowledged.
            let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
            for line in text[*from..whole].split_inclusive(|byte| *byte == b'\n') {
                let record: Value = serde_json::from_slice(line)
                    .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(line)));
                self.lines += 1;
                if let Some(id) = record["responseElements"]["accessKeyId"].as_str() {
                    self.access_keys.insert(id.to_owned());
                }
                self.ring_keys.extend(record["responseElements"]["ringKey"].as_u64());
            }
            *from = whole;
        }
    }

    /// Every access key that was handed out is on record.
    pub(crate) fn has_all(&self, handed_out: &BTreeSet<String>) {
        let missing: Vec<&String> = handed_out.difference(&self.access_keys).collect();
        assert!(missing.is_empty(), "not on record: {missing:?}");
    }

    /// Every key that the key ring got is on record.
    pub(crate) fn has_rotations(&self, ring_keys: &BTreeSet<u64>) {
        let missing: Vec<&u64> = ring_keys.difference(&self.ring_keys).collect();
        assert!(missing.is_empty(), "not on record: {missing:?}");
    }
}
