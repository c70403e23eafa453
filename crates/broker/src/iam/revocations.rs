//! Revoking what was issued, and issuing nothing more: to somebody, or to anybody.
//!
//! This is the one rule: everything that is issued asks [`may_issue`] in the transaction that decides about it, and every
//! use of it asks [`ended`] in the transaction that decides about that. What was revoked is refused from the moment the
//! revocation is committed.

use crate::iam::authenticate::{Caller, Who};
use domain::iam::revocation::{Generation, Mark, Quarantine, Revocable, Revocation};
use domain::iam::session::Session;
use domain::records::{Read, Revocations, Stop, refuse};
use domain::time::Timestamp;

/// For each revocation so many that are over are forgotten, so that what is remembered is what was revoked lately.
const FORGOTTEN: usize = 2;

/// The most who are quarantined at a time.
pub const MOST_QUARANTINES: usize = 1000;

/// What ended a session, a token or a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// Everything was revoked.
    #[error("everything that was issued then is revoked")]
    Everything,
    /// Something that it was issued by, to or for was revoked.
    #[error("what was issued then is revoked, by {0}")]
    By(Revocable),
    /// Whose key it is is quarantined, and it is ended until that is lifted.
    #[error("{0} is quarantined")]
    Quarantined(Revocable),
}

/// Why nothing is issued.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotIssued {
    /// An operator stopped it for all.
    #[error("nothing is issued since `{0}`")]
    Stopped(Timestamp),
    /// An operator stopped it for somebody.
    #[error("{0} is quarantined")]
    Quarantined(Revocable),
}

/// That something may be issued, in the order of revocations. Only [`may_issue`] gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MayIssue(Generation);

impl MayIssue {
    /// How many revocations there have been.
    pub const fn generation(self) -> Generation {
        self.0
    }
}

/// Refuses to issue anything to, by or for these, if somebody of them is quarantined or nothing is issued to anybody.
pub fn may_issue(records: &mut impl Revocations, all: &[Revocable]) -> Result<MayIssue, Stop<NotIssued>> {
    let issuance = records.issuance()?;
    if let Some(since) = issuance.stopped {
        return refuse(NotIssued::Stopped(since));
    }
    match quarantined(records, all)? {
        Some(whom) => refuse(NotIssued::Quarantined(whom)),
        None => Ok(MayIssue(issuance.generation)),
    }
}

/// A session that is issued now, if none of those whom it is of is quarantined. Whoever makes a session passes it through
/// here: until then it counts as issued before all revocations.
pub fn issued(records: &mut impl Revocations, session: Session) -> Result<Session, Stop<NotIssued>> {
    let generation = may_issue(records, &session.holders())?.generation();
    Ok(Session { generation, ..session })
}

/// Who of these is quarantined.
pub fn quarantined(records: &mut impl Revocations, all: &[Revocable]) -> Read<Option<Revocable>> {
    if records.issuance()?.quarantines == 0 {
        return Ok(None);
    }
    for whom in all {
        if records.quarantine(whom)?.is_some() {
            return Ok(Some(whom.clone()));
        }
    }
    Ok(None)
}

/// What ended that by which a caller signs, if it was revoked.
pub fn ended(records: &mut impl Revocations, caller: &Caller) -> Read<Option<Ended>> {
    let session = match caller.who() {
        // The root's key is the operator's own, and they replace it.
        Who::Root => return Ok(None),
        // A user's key was issued by nobody's leave but the user's, so only a quarantine stands against it.
        Who::User(holder) => {
            let whom = quarantined(records, &[Revocable::IamUser(holder.id.clone())])?;
            return Ok(whom.map(Ended::Quarantined));
        }
        Who::Session(session) => session,
    };
    ended_since(records, session.generation, || session.revocables(caller.access_key()))
}

/// What ended something that was issued when there had been so many revocations, by, to or for these. They are asked for
/// only if there have been others since.
pub fn ended_since<By: IntoIterator<Item = Revocable>>(
    records: &mut impl Revocations,
    issued: Generation,
    by: impl FnOnce() -> By,
) -> Read<Option<Ended>> {
    let issuance = records.issuance()?;
    if issued >= issuance.generation {
        return Ok(None);
    }
    if issuance.everything.ends_session(issued) {
        return Ok(Some(Ended::Everything));
    }
    for whom in by() {
        let was_revoked_since = issuance.newest.of(whom.kind()) > issued;
        if was_revoked_since
            && let Some(revocation) = records.revocation(&whom)?
            && revocation.mark.ends_session(issued)
        {
            return Ok(Some(Ended::By(whom)));
        }
    }
    Ok(None)
}

/// When everything was last revoked that tokens or keys by any of these go back to: what is of before is ended.
pub fn revoked_before(records: &mut impl Revocations, all: &[Revocable]) -> Read<Timestamp> {
    let mut mark = records.issuance()?.everything;
    for whom in all {
        if let Some(revocation) = records.revocation(whom)? {
            mark = mark.later(revocation.mark);
        }
    }
    Ok(mark.before)
}

/// What a token says of when it is issued: now, or the next second where what says this one is revoked.
pub fn moment_of_issue(records: &mut impl Revocations, by: &[Revocable], now: Timestamp) -> Read<Timestamp> {
    Ok(now.max(revoked_before(records, by)?))
}

/// Revokes everything that was issued by, to or for these until now.
pub fn revoke(
    records: &mut impl Revocations,
    all: impl IntoIterator<Item = Revocable>,
    now: Timestamp,
) -> Read<()> {
    let mut all = all.into_iter().peekable();
    if all.peek().is_none() {
        return Ok(());
    }
    let mut issuance = records.issuance()?;
    issuance.generation = issuance.generation.next();
    let mark = Mark::at(issuance.generation, now);
    let mut revoked = 0;
    for whom in all {
        issuance.newest.note(whom.kind(), mark.generation);
        records.put_revocation(&Revocation::new(whom, mark, now));
        revoked += 1;
    }
    records.put_issuance(&issuance);
    forget(records, FORGOTTEN * revoked, now)
}

/// Revokes everything that was ever issued.
pub fn revoke_everything(records: &mut impl Revocations, now: Timestamp) -> Read<()> {
    let mut issuance = records.issuance()?;
    issuance.generation = issuance.generation.next();
    issuance.everything = issuance.everything.later(Mark::at(issuance.generation, now));
    records.put_issuance(&issuance);
    Ok(())
}

/// Forgets revocations that end nothing any more.
fn forget(records: &mut impl Revocations, most: usize, now: Timestamp) -> Read<()> {
    let oldest = records.revocations(None, most)?;
    oldest
        .iter()
        .filter(|revocation| revocation.until <= now)
        .for_each(|past| records.delete_revocation(past));
    Ok(())
}

/// Quarantines somebody: what was issued to them is revoked, and nothing more is issued until that is lifted. Says whether
/// that could be, or there are as many already as there may be.
pub fn quarantine(records: &mut impl Revocations, whom: Revocable, now: Timestamp) -> Read<bool> {
    revoke(records, [whom.clone()], now)?;
    if records.quarantine(&whom)?.is_none() {
        let mut issuance = records.issuance()?;
        if issuance.quarantines >= MOST_QUARANTINES {
            return Ok(false);
        }
        issuance.quarantines += 1;
        records.put_issuance(&issuance);
        records.put_quarantine(&Quarantine { whom, since: now });
    }
    Ok(true)
}

/// Lifts a quarantine, and says whether there was one. What was revoked stays revoked.
pub fn lift(records: &mut impl Revocations, whom: &Revocable) -> Read<bool> {
    if records.quarantine(whom)?.is_none() {
        return Ok(false);
    }
    let mut issuance = records.issuance()?;
    issuance.quarantines = issuance.quarantines.saturating_sub(1);
    records.put_issuance(&issuance);
    records.delete_quarantine(whom);
    Ok(true)
}

/// Issues nothing to anybody from now on. What was issued lives on. If that is so already, it stays since when it is.
pub fn stop(records: &mut impl Revocations, now: Timestamp) -> Read<()> {
    let mut issuance = records.issuance()?;
    issuance.stopped = Some(issuance.stopped.unwrap_or(now));
    records.put_issuance(&issuance);
    Ok(())
}

/// Issues again.
pub fn resume(records: &mut impl Revocations) -> Read<()> {
    let mut issuance = records.issuance()?;
    issuance.stopped = None;
    records.put_issuance(&issuance);
    Ok(())
}
