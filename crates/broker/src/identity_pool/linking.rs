//! Logins and identities of a pool that meet: what is linked, who is promoted, and who is merged into whom.
//!
//! Logins are taken as proven, whoever vouched for them: a public provider or the pool's own backend. Only an identity
//! that a login shown proves takes part, and a guest, who is whoever holds the id.

use crate::iam::revocations::{NotIssued, quarantined, revoke};
use crate::identity_pool::Refusal;
use domain::iam::revocation::Revocable;
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::LoginKey;
use domain::identity_pool::merge::{Merge, MergeCause};
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Merges, Read, Revocations, Stop, refuse};
use domain::time::Timestamp;

/// The most logins that an identity may hold. Source: Cognito API reference, `MergeDeveloperIdentities`.
pub const MOST_LOGINS: usize = 20;

/// Identities and logins that shall be one identity.
pub struct Meeting {
    /// The identity that goes on.
    pub survivor: Identity,
    /// Those that are merged into it.
    pub others: Vec<Identity>,
    /// Logins that nobody holds.
    pub linked: Vec<LoginKey>,
    /// Why those of them that are no guests are merged.
    pub cause: MergeCause,
}

/// An identity, and what became of it and others when they met.
#[derive(Debug, PartialEq, Eq)]
pub struct Met {
    /// The identity that all logins shown belong to now.
    pub identity: Identity,
    /// What changed.
    pub change: Change,
}

/// What a meeting changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Whether the identity was a guest and is none any more.
    pub promoted: bool,
    /// The logins that nobody held and that the identity holds now.
    pub linked: Vec<LoginKey>,
    /// The identities that were merged into it, and are disabled.
    pub merged: Vec<IdentityId>,
}

impl Change {
    /// Whether nothing changed.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Makes an identity of logins that nobody holds; without one, a guest.
pub fn begin(
    records: &mut impl IdentityPools,
    pool: &IdentityPool,
    id: IdentityId,
    shown: &[LoginKey],
    now: Timestamp,
) -> Result<Identity, Stop<Refusal>> {
    let mut logins = Vec::with_capacity(shown.len());
    shown.iter().for_each(|login| add(&mut logins, login));
    check(pool, &logins)?;
    let identity = Identity::new(id, pool.id.clone(), logins, now);
    records.put_identity(&identity);
    Ok(identity)
}

/// The identity that holds logins shown, together with all of them; `None` if nobody holds any.
pub fn find(
    records: &mut (impl IdentityPools + Merges + Revocations),
    pool: &IdentityPool,
    shown: &[LoginKey],
    now: Timestamp,
) -> Result<Option<Met>, Stop<Refusal>> {
    let Owners { owners, unowned } = owners(records, pool, None, shown)?;
    let mut owners = owners.into_iter();
    match owners.next() {
        Some(first) => join(records, pool, Meeting::of(first, owners, unowned), now).map(Some),
        None => Ok(None),
    }
}

/// The identity that is meant by the logins shown and an id. Refused where the id is of somebody whom no login proves, in
/// the same way whoever that is: one with other logins, with none left, or disabled.
pub fn claim(
    records: &mut (impl IdentityPools + Merges + Revocations),
    pool: &IdentityPool,
    claimed: Identity,
    shown: &[LoginKey],
    now: Timestamp,
) -> Result<Met, Stop<Refusal>> {
    let is_its_own = match claimed.standing {
        Standing::Guest => true,
        Standing::Authenticated => shown.iter().any(|login| claimed.holds(login)),
        Standing::Disabled => false,
    };
    if !is_its_own {
        return refuse(Refusal::Forbidden(claimed.id));
    }
    let Owners { owners, unowned } = owners(records, pool, Some(&claimed), shown)?;
    join(records, pool, Meeting::of(claimed, owners, unowned), now)
}

/// Makes one identity of those that meet, and revokes what was issued for the others; refused where it would hold what one
/// may not hold, or somebody of them is quarantined.
pub fn join(
    records: &mut (impl IdentityPools + Merges + Revocations),
    pool: &IdentityPool,
    meeting: Meeting,
    now: Timestamp,
) -> Result<Met, Stop<Refusal>> {
    let Meeting { survivor: mut identity, others, linked, cause } = meeting;
    if others.is_empty() && linked.is_empty() {
        return Ok(Met { identity, change: Change::default() });
    }
    must_be_free(records, others.iter().chain([&identity]), &linked)?;
    let held = identity.logins.len();
    identity.logins.extend(others.iter().flat_map(|other| &other.logins).chain(&linked).cloned());
    check(pool, &identity.logins)?;
    let promoted = identity.standing == Standing::Guest;
    let merged: Vec<IdentityId> = others.iter().map(|other| other.id.clone()).collect();
    revoke(records, merged.iter().cloned().map(Revocable::Identity), now)?;
    for other in others {
        let cause = if other.standing == Standing::Guest { MergeCause::GuestSignedIn } else { cause };
        disable(records, other, (&identity, cause), now);
    }
    // A guest who was merged into it brought nothing.
    if identity.logins.len() > held {
        identity.standing = Standing::Authenticated;
        identity.modified = now;
        records.put_identity(&identity);
    }
    Ok(Met { identity, change: Change { promoted, linked, merged } })
}

/// Takes logins from an identity, which keeps its standing: if it holds none any more, nobody can prove it. Gives those
/// that were taken. Refused where somebody of them is quarantined.
pub fn unlink(
    records: &mut (impl IdentityPools + Revocations),
    identity: Identity,
    is_meant: impl Fn(&LoginKey) -> bool,
    now: Timestamp,
) -> Result<Vec<LoginKey>, Stop<Refusal>> {
    must_be_free(records, [&identity], &[])?;
    let (taken, kept): (Vec<LoginKey>, Vec<LoginKey>) =
        identity.logins.iter().cloned().partition(|login| is_meant(login));
    if !taken.is_empty() {
        taken.iter().for_each(|login| records.forget_login(&identity.pool, login));
        records.put_identity(&Identity { logins: kept, modified: now, ..identity });
    }
    Ok(taken)
}

/// Refuses to make anybody somebody else while one of them is quarantined: so that nobody leaves a quarantine that way.
fn must_be_free<'a>(
    records: &mut impl Revocations,
    identities: impl IntoIterator<Item = &'a Identity>,
    linked: &[LoginKey],
) -> Result<(), Stop<Refusal>> {
    let mut all: Vec<Revocable> = linked.iter().flat_map(Revocable::of_login).collect();
    for identity in identities {
        all.push(Revocable::Identity(identity.id.clone()));
        all.extend(identity.logins.iter().flat_map(Revocable::of_login));
    }
    match quarantined(records, &all)? {
        Some(whom) => refuse(NotIssued::Quarantined(whom).into()),
        None => Ok(()),
    }
}

/// The identities that hold logins, each once, and the logins that nobody holds, each once.
struct Owners {
    owners: Vec<Identity>,
    unowned: Vec<LoginKey>,
}

/// Finds who holds the logins, but for an identity that is at hand.
fn owners(
    records: &mut impl IdentityPools,
    pool: &IdentityPool,
    at_hand: Option<&Identity>,
    shown: &[LoginKey],
) -> Read<Owners> {
    let (mut owners, mut unowned): (Vec<Identity>, Vec<LoginKey>) = Default::default();
    for login in shown {
        let is_known = at_hand.into_iter().chain(&owners).any(|owner| owner.holds(login));
        if is_known {
            continue;
        }
        match records.identity_of(&pool.id, login)? {
            Some(owner) => owners.push(owner),
            None => add(&mut unowned, login),
        }
    }
    Ok(Owners { owners, unowned })
}

impl Meeting {
    /// Nobody whom this identity meets yet.
    pub const fn alone(survivor: Identity) -> Self {
        Self { survivor, others: Vec::new(), linked: Vec::new(), cause: MergeCause::LoginsMet }
    }

    /// Whoever has logins goes on rather than a guest, and the older rather than the younger.
    fn of(first: Identity, rest: impl IntoIterator<Item = Identity>, linked: Vec<LoginKey>) -> Self {
        let rank = |one: &Identity| (one.standing == Standing::Guest, one.created, one.id.clone());
        let mut meeting = Self { linked, ..Self::alone(first) };
        for mut next in rest {
            if rank(&next) < rank(&meeting.survivor) {
                std::mem::swap(&mut next, &mut meeting.survivor);
            }
            meeting.others.push(next);
        }
        meeting
    }
}

/// A login may be shown twice, under two names of its provider.
fn add(logins: &mut Vec<LoginKey>, login: &LoginKey) {
    if !logins.contains(login) {
        logins.push(login.clone());
    }
}

/// Whether one identity may hold all these: of each public provider one, of the pool's own backend any, and not too many.
fn check(pool: &IdentityPool, logins: &[LoginKey]) -> Result<(), Stop<Refusal>> {
    let is_public = |login: &&LoginKey| !pool.is_developer_provider(&login.provider);
    let mut providers: Vec<&str> =
        logins.iter().filter(is_public).map(|login| login.provider.as_str()).collect();
    providers.sort_unstable();
    if let Some([twice, _]) = providers.array_windows().find(|[one, next]| one == next) {
        return refuse(Refusal::SecondLogin((*twice).to_owned()));
    }
    if logins.len() > MOST_LOGINS {
        return refuse(Refusal::TooManyLogins);
    }
    Ok(())
}

/// Ends an identity whose logins are another's now, and puts that into the journal.
fn disable(
    records: &mut (impl IdentityPools + Merges),
    identity: Identity,
    (survivor, cause): (&Identity, MergeCause),
    now: Timestamp,
) {
    let Identity { id: disabled, pool, logins, .. } = identity.clone();
    records.add_merge(&Merge { pool, survivor: survivor.id.clone(), disabled, cause, logins, at: now });
    records.put_identity(&Identity {
        standing: Standing::Disabled,
        logins: Vec::new(),
        modified: now,
        ..identity
    });
}
