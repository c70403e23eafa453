//! Sessions that whoever holds a long-term access key makes of what they are themselves: `GetSessionToken` and
//! `GetFederationToken`.

use crate::House;
use crate::iam::access::{AccessDecision, Authorized};
use crate::iam::assume::{Grant, tags_fit};
use crate::iam::authenticate::{Caller, Who};
use crate::iam::passed::{NotPassed, Passed, fit};
use crate::iam::revocations::{NotIssued, issued};
use domain::iam::revocation::Generation;
use domain::iam::session::{Ancestor, LongTerm, Origin, Session, Subject};
use domain::records::{ManagedPolicies, Revocations, Stop, refuse};
use domain::tag::Tags;
use domain::time::{Span, Timestamp};
use std::collections::BTreeMap;

/// Sessions of root live this long at most, whatever is asked for. Source: STS API reference, "`GetSessionToken`" and
/// "`GetFederationToken`".
const LONGEST_OF_ROOT: Span = Span::from_hours(1);

/// Why such a session cannot be made.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMade {
    /// An operator stopped it.
    #[error("{0}")]
    NotIssued(NotIssued),
    /// The caller has credentials of a session, which make no sessions of this kind.
    #[error("`{0}` cannot be asked for with credentials of a session")]
    Session(&'static str),
    /// What shall narrow it cannot.
    #[error("{0}")]
    Passed(NotPassed),
    /// The tags are too large for a session: they take this many hundredths of the space that there is for them.
    #[error("the session tags take {0} percent of the space that there is for them")]
    TagsTooLarge(usize),
}

/// A federated user that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct Federated<'a> {
    /// What they are called.
    pub name: &'a str,
    /// How long the session shall live.
    pub life: Span,
    /// What narrows it. Without it they may do nothing.
    pub passed: Passed<'a>,
    /// The tags that it shall have.
    pub tags: &'a Tags,
    /// Why the caller may make it.
    pub why: &'a Authorized,
}

/// Makes a session of the caller's own. No policy is asked about it: it is there to prove more, not to have more.
pub fn session_token(
    records: &mut impl Revocations,
    house: &House,
    caller: &Caller,
    life: Span,
    now: Timestamp,
) -> Result<Grant, Stop<NotMade>> {
    let holder = match holder(caller, "sts:GetSessionToken") {
        Ok(holder) => holder,
        Err(refused) => return refuse(refused),
    };
    let session = session(house, caller, (&holder, Subject::LongTerm(holder.clone())), life, now);
    let session = issued(records, session).map_err(|stop| stop.map(NotMade::NotIssued))?;
    Ok(Grant::of(session, AccessDecision::LongTerm))
}

/// Makes a session for a federated user, who may do at most what the caller may and what is passed allows as well.
pub fn federation_token(
    records: &mut (impl ManagedPolicies + Revocations),
    house: &House,
    caller: &Caller,
    asked: Federated<'_>,
    now: Timestamp,
) -> Result<Grant, Stop<NotMade>> {
    let by = match holder(caller, "sts:GetFederationToken") {
        Ok(holder) => holder,
        Err(refused) => return refuse(refused),
    };
    let policies = asked.passed.read(records).map_err(|stop| stop.map(NotMade::Passed))?;
    let subject = Subject::FederatedUser { name: asked.name.to_owned(), by: by.clone() };
    let session = Session {
        policies,
        tags: asked.tags.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect(),
        ..session(house, caller, (&by, subject), asked.life, now)
    };
    if let Err(percent) = tags_fit(&session.tags) {
        return refuse(NotMade::TagsTooLarge(percent));
    }
    if let Err(refused) = fit(&session) {
        return refuse(NotMade::Passed(refused));
    }
    let session = issued(records, session).map_err(|stop| stop.map(NotMade::NotIssued))?;
    Ok(Grant::of(session, asked.why.decision().clone()))
}

/// Who holds the long-term key that the caller signed with, if they did with one.
fn holder(caller: &Caller, action: &'static str) -> Result<LongTerm, NotMade> {
    match caller.who() {
        Who::Root => Ok(LongTerm::Root),
        Who::User(holder) => Ok(LongTerm::User((**holder).clone())),
        Who::Session(_) => Err(NotMade::Session(action)),
    }
}

fn session(
    house: &House,
    caller: &Caller,
    (holder, subject): (&LongTerm, Subject),
    life: Span,
    now: Timestamp,
) -> Session {
    let life = match holder {
        LongTerm::Root => life.min(LONGEST_OF_ROOT),
        LongTerm::User(_) => life,
    };
    Session {
        account: house.account.id.clone(),
        subject,
        issued: now,
        generation: Generation::default(),
        expires: now.after(life),
        policies: None,
        tags: BTreeMap::new(),
        transitive_tags: Vec::new(),
        source_identity: None,
        origin: Origin::LongTerm(holder.clone()),
        ancestors: vec![Ancestor { access_key: caller.access_key().clone(), role_id: None }],
    }
}
