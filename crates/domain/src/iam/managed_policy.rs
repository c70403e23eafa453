//! A managed policy: a policy of its own that is attached to many, in up to five versions.

use crate::arn::PolicyArn;
use crate::iam::id::PolicyId;
use crate::tag::Tags;
use crate::text::NotA;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most versions that a policy has. Source: IAM user guide, "IAM and STS quotas".
pub const MOST_VERSIONS: usize = 5;

/// A managed policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPolicy {
    /// Its name, which also says whose it is.
    pub arn: PolicyArn,
    /// Its unique id.
    pub id: PolicyId,
    /// What it is for, in words; it never changes.
    pub description: Option<String>,
    /// The version that counts.
    pub default: PolicyVersion,
    /// The other versions, in the order of their numbers.
    pub others: Vec<PolicyVersion>,
    /// The highest number that a version of it ever had; none is given out twice.
    pub newest: VersionId,
    /// When it was made.
    pub created: Timestamp,
    /// When a version was made, deleted or chosen the last time.
    pub updated: Timestamp,
    /// What its administrators wrote on it.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A version of a managed policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// Its number.
    pub id: VersionId,
    /// Its text, which was parsed when it was written.
    pub document: String,
    /// When it was made.
    pub created: Timestamp,
}

/// The number of a version, from 1; as text with a `v` before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct VersionId(u32);

impl VersionId {
    /// The number of a policy's first version.
    pub const FIRST: Self = Self(1);

    /// Reads a number, `v1` for one.
    pub fn parse(text: &str) -> Result<Self, NotA> {
        let no = || NotA::new("the id of a policy's version", text);
        let digits = text.strip_prefix('v').filter(|digits| digits.starts_with(|c| matches!(c, '1'..='9')));
        digits.and_then(|digits| digits.parse().ok()).map(Self).ok_or_else(no)
    }

    /// The number after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl ManagedPolicy {
    /// Every version, in the order of their numbers.
    pub fn versions(&self) -> Vec<&PolicyVersion> {
        let mut versions: Vec<&PolicyVersion> = self.others.iter().chain([&self.default]).collect();
        versions.sort_by_key(|version| version.id);
        versions
    }

    /// The version of this number.
    pub fn version(&self, id: VersionId) -> Option<&PolicyVersion> {
        self.others.iter().chain([&self.default]).find(|version| version.id == id)
    }

    /// Adds a version that does not count yet.
    pub fn add(&mut self, document: String, now: Timestamp) -> PolicyVersion {
        self.newest = self.newest.next();
        let version = PolicyVersion { id: self.newest, document, created: now };
        self.others.push(version.clone());
        self.updated = now;
        version
    }

    /// Makes a version the one that counts; gives whether there is one of this number.
    #[must_use]
    pub fn choose(&mut self, id: VersionId, now: Timestamp) -> bool {
        if let Some(chosen) = self.others.iter_mut().find(|version| version.id == id) {
            std::mem::swap(chosen, &mut self.default);
            self.others.sort_by_key(|version| version.id);
        }
        self.updated = now;
        self.default.id == id
    }

    /// Forgets a version that does not count; gives whether there is one of this number.
    #[must_use]
    pub fn forget(&mut self, id: VersionId, now: Timestamp) -> bool {
        let before = self.others.len();
        self.others.retain(|version| version.id != id);
        self.updated = now;
        self.others.len() < before
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "v{}", self.0)
    }
}

impl From<VersionId> for String {
    fn from(id: VersionId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for VersionId {
    type Error = NotA;

    fn try_from(text: String) -> Result<Self, NotA> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> ManagedPolicy {
        let first = PolicyVersion { id: VersionId::FIRST, document: "1".to_owned(), created: at(1) };
        ManagedPolicy {
            arn: PolicyArn::parse("arn:aws:iam::123456789012:policy/readers").unwrap(),
            id: PolicyId::parse("ANPAAAAAAAAAAAAAAAAAA").unwrap(),
            description: None,
            default: first,
            others: Vec::new(),
            newest: VersionId::FIRST,
            created: at(1),
            updated: at(1),
            tags: Tags::default(),
        }
    }

    const fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    fn ids(policy: &ManagedPolicy) -> Vec<String> {
        policy.versions().iter().map(|version| version.id.to_string()).collect()
    }

    #[test]
    fn a_versions_number_is_written_with_a_v_and_begins_with_no_zero() {
        for text in ["v1", "v10", "v4294967295"] {
            assert_eq!(VersionId::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "v", "1", "v0", "v01", "V1", "v1.x", "v+1", "v4294967296", "v1 "] {
            assert!(VersionId::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_version_counts_once_it_was_chosen() {
        let mut policy = policy();
        let second = policy.add("2".to_owned(), at(2)).id;
        assert_eq!(policy.default.document, "1");
        assert!(policy.choose(second, at(3)));
        assert_eq!(
            (policy.default.document.as_str(), ids(&policy)),
            ("2", ["v1", "v2"].map(str::to_owned).to_vec())
        );
        assert_eq!(policy.updated, at(3));
        assert!(!policy.choose(second.next(), at(4)));
        assert_eq!(policy.default.document, "2");
    }

    #[test]
    fn no_number_is_given_out_twice_and_the_version_that_counts_is_not_forgotten() {
        let mut policy = policy();
        let second = policy.add("2".to_owned(), at(2)).id;
        assert!(policy.forget(second, at(3)));
        assert_eq!(policy.add("3".to_owned(), at(4)).id.to_string(), "v3");
        assert!(!policy.forget(VersionId::FIRST, at(5)), "it counts");
        assert_eq!(ids(&policy), ["v1", "v3"]);
    }
}
