//! The policies that somebody passes for a session, to narrow it.

use crate::iam::managed_policies;
use domain::arn::PolicyArn;
use domain::iam::session::Session;
use domain::iam::session_policy::SessionPolicy;
use domain::records::{ManagedPolicies, Stop, refuse};
use policy::{Document, Kind, Malformed, Quota};

/// The most policies that are passed by their ARNs. Source: IAM user guide, "IAM and AWS STS quotas".
const MOST: usize = 10;

/// The name of the policy that is passed as a text.
const INLINE: &str = "session policy";

/// What is passed: a text, and the ARNs of managed policies.
#[derive(Debug, Clone, Copy, Default)]
pub struct Passed<'a> {
    /// The text of a policy.
    pub policy: Option<&'a str>,
    /// The ARNs of managed policies.
    pub arns: &'a [String],
}

/// Why policies cannot be passed for a session.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPassed {
    /// There are too many.
    #[error("{0} managed policies are passed, and at most {MOST} can be")]
    TooMany(usize),
    /// There is no such managed policy.
    #[error("there is no managed policy `{0}`")]
    NoSuchPolicy(String),
    /// One cannot be read, or holds what is not evaluated.
    #[error("{name}: {why}")]
    Malformed {
        /// Which.
        name: String,
        /// What is wrong with it.
        why: Malformed,
    },
    /// They take more room than there is, alone or with the tags: this many hundredths of it.
    #[error("the session policies take {0} percent of the room that there is for them")]
    TooLarge(usize),
}

impl Passed<'_> {
    /// Reads them; `None` if nothing is passed. What they say is kept in the session as it is now: who changes a managed
    /// policy changes no session that was narrowed by it.
    pub fn read(
        &self,
        records: &mut impl ManagedPolicies,
    ) -> Result<Option<Vec<SessionPolicy>>, Stop<NotPassed>> {
        if self.arns.len() > MOST {
            return refuse(NotPassed::TooMany(self.arns.len()));
        }
        let inline = self.policy.map(|text| SessionPolicy::written(INLINE.to_owned(), text.to_owned()));
        let mut policies: Vec<SessionPolicy> = inline.into_iter().collect();
        for arn in self.arns {
            let text = match PolicyArn::parse(arn) {
                Ok(arn) => managed_policies::document_of(records, &arn)?,
                Err(_) => None,
            };
            match text {
                Some(text) => policies.push(SessionPolicy::written(arn.clone(), text.into_owned())),
                None => return refuse(NotPassed::NoSuchPolicy(arn.clone())),
            }
        }
        let texts = || policies.iter().map(|policy| &*policy.document);
        if !Quota::Session.holds(texts()) {
            let characters: usize = texts().map(|text| text.chars().count()).sum();
            return refuse(NotPassed::TooLarge((characters * 100).div_ceil(Quota::Session.limit())));
        }
        // Kept compiled are policies that are in use; anybody can send one here.
        let unreadable = policies.iter().find_map(|policy| {
            let why = Document::parse(&policy.document, Kind::Session).err()?;
            Some(NotPassed::Malformed { name: policy.name.to_string(), why })
        });
        match unreadable {
            Some(refused) => refuse(refused),
            None => Ok((!policies.is_empty()).then_some(policies)),
        }
    }
}

/// Whether the policies and tags of a session that somebody asks for fit in it together.
pub(super) fn fit(session: &Session) -> Result<(), NotPassed> {
    match session.packed_percent() {
        Some(percent) if percent > 100 => Err(NotPassed::TooLarge(percent)),
        Some(_) | None => Ok(()),
    }
}
