//! Conditional reads (RFC 9110 section 13).

use domain::s3::object::Object;
use domain::time::Timestamp;

/// The conditions of a read, as its headers give them.
#[derive(Debug, Default)]
pub(super) struct Preconditions<'a> {
    /// `If-Match`.
    pub if_match: Option<&'a str>,
    /// `If-None-Match`.
    pub if_none_match: Option<&'a str>,
    /// `If-Modified-Since`.
    pub if_modified_since: Option<Timestamp>,
    /// `If-Unmodified-Since`.
    pub if_unmodified_since: Option<Timestamp>,
}

/// How the conditions came out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The object is to be sent.
    Send,
    /// The caller has it already (304).
    NotModified,
    /// The object is not what the caller expects (412).
    Failed,
}

impl Preconditions<'_> {
    /// Compares the conditions with an object, in the order that the RFC gives.
    pub(super) fn evaluate(&self, object: &Object) -> Outcome {
        match (self.if_match, self.if_unmodified_since) {
            (Some(tags), _) if !object.is_named_by(tags) => return Outcome::Failed,
            (None, Some(since)) if object.modified.secs() > since.secs() => return Outcome::Failed,
            (Some(_) | None, _) => {}
        }
        match (self.if_none_match, self.if_modified_since) {
            (Some(tags), _) if object.is_named_by(tags) => Outcome::NotModified,
            (None, Some(since)) if object.modified.secs() <= since.secs() => Outcome::NotModified,
            (Some(_) | None, _) => Outcome::Send,
        }
    }
}
