//! Users whom a pool's own backend vouches for.

use crate::House;
use crate::iam::assume::percent_of;
use crate::identity_pool::claim::{Claimed, keys_proven_to, resolved};
use crate::identity_pool::get_id::find_or_begin;
use crate::identity_pool::linking::{self, Change, Meeting, Met};
use crate::identity_pool::open_id::token;
use crate::identity_pool::{Refusal, identities, pools, principal_tags, users};
use domain::entropy::Entropy;
use domain::identity_pool::developer::{DeveloperUser, DeveloperUserIdentifier};
use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::{AuthState, LoginKey};
use domain::identity_pool::merge::MergeCause;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId};
use domain::identity_pool::principal_tag::BadClaim;
use domain::identity_pool::provider::DeveloperProviderName;
use domain::identity_pool::token::OpenIdToken;
use domain::records::{IdentityPools, Merges, Revocations, Stop, UserPools, refuse};
use domain::tag::{TagKey, TagValue, Tags};
use domain::text::NotA;
use domain::time::{Span, Timestamp};
use login::VerifiedLogin;

/// A token lives this long if the backend does not say how long. Source: Cognito API reference,
/// `GetOpenIdTokenForDeveloperIdentity`.
pub const LIFE: Span = Span::from_mins(15);

/// Why a backend is refused what it asks for.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeveloperRefused {
    /// The pool has no developer provider, or another one.
    #[error("the developer provider of the pool is not the one that is named")]
    NotItsProvider,
    /// The name cannot be that of a developer provider: logins by it would pass for something else.
    #[error("`{0}` cannot be a developer provider: the name means something else")]
    ProviderTaken(DeveloperProviderName),
    /// What the backend says of its user cannot be tags together with what the public logins say.
    #[error("{0}")]
    Tags(BadClaim),
    /// The tags are too large for a session.
    #[error("the session tags take {percent}% of the space that there is for them")]
    TagsTooLarge {
        /// How much of the space they would take.
        percent: usize,
    },
    /// Neither an identity nor a user of the backend is named.
    #[error("an identity or a developer user identifier is needed")]
    NobodyNamed,
    /// What a backend shows in the place of a login is no user of its own.
    #[error("a developer user identifier has 1 to 1024 characters")]
    BadUser,
    /// A user of the backend would be linked to an identity while another holds them.
    #[error("developer user `{user}` is registered with identity `{identity}`")]
    Registered {
        /// The user.
        user: DeveloperUserIdentifier,
        /// The identity that holds them.
        identity: IdentityId,
    },
    /// The user of the backend is another identity's than was named.
    #[error("the developer user identifier is linked to identity `{0}`")]
    UserElsewhere(IdentityId),
    /// A login would be linked to an identity while another holds it.
    #[error("the login of `{0}` is linked to another identity")]
    LinkedElsewhere(String),
    /// None of the logins shown is one that the identity holds.
    #[error("none of the logins shown is one of identity `{0}`")]
    NoneOfItsLogins(IdentityId),
}

/// Whom a backend vouches for, and as whom.
pub struct Vouching<'a> {
    /// Its pool.
    pub pool: &'a IdentityPoolId,
    /// The user.
    pub user: &'a DeveloperUser,
    /// The public logins that were shown with them, and proven.
    pub proven: &'a [VerifiedLogin],
    /// The identity that the user shall be; absent, whichever they are, or a new one.
    pub identity: Option<&'a IdentityId>,
    /// The tags that sessions of the token shall have, beside those that follow from the public logins.
    pub tags: &'a Tags,
    /// How long the token shall live at most: it ends with the first of the public logins.
    pub life: Span,
}

/// Vouches for a user of the pool's own backend, which is the one that asks; and tells what became of their identity and
/// others meanwhile. Where an identity is named nothing is merged: what another holds is refused.
pub fn vouch(
    records: &mut (impl IdentityPools + Merges + UserPools + Revocations),
    house: &House,
    asked: &Vouching<'_>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<(OpenIdToken, Change), Stop<Refusal>> {
    let pool = pool_of(records, asked.pool, &asked.user.provider)?;
    let public = keys_proven_to(&pool, asked.proven)?;
    users::must_be_there(records, &pool, asked.proven)?;
    let tags = tags_of(records, house, &pool, asked)?;
    let shown: Vec<LoginKey> = std::iter::once(asked.user.login()).chain(public).collect();
    let Met { mut identity, change } = match asked.identity {
        Some(id) => {
            let named = identity_of(records, &pool, id)?;
            let identity = resolved(records, &pool, named, &shown)?;
            link(records, (&pool, asked.user), identity, &shown, now)?
        }
        None => find_or_begin(records, house, (&pool, &shown), now, entropy)?,
    };
    identities::remember_use(records, &mut identity, now);
    let claimed = Claimed { pool, identity, state: AuthState::Authenticated, shown, change };
    // What the public logins do not vouch for any more, the token does not either.
    let ends = asked.proven.iter().map(VerifiedLogin::expires);
    let expires = ends.fold(now.after(asked.life), Ord::min);
    token(records, claimed, tags, expires, now)
}

/// The tags that sessions shall have: what the backend says of its user, and what follows from the public logins.
fn tags_of(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
    asked: &Vouching<'_>,
) -> Result<Tags, Stop<Refusal>> {
    let mapped = principal_tags::of(records, house, pool, asked.proven)?;
    let contradicts = |(key, value): &(&TagKey, &TagValue)| {
        asked.tags.iter().any(|(other, said)| other == *key && said != *value)
    };
    if let Some((key, _)) = mapped.iter().find(contradicts) {
        return refuse(DeveloperRefused::Tags(BadClaim::Conflict(key.clone())).into());
    }
    let tags = match mapped.with(asked.tags) {
        Ok(tags) => tags,
        Err(bad) => return refuse(DeveloperRefused::Tags(bad.into()).into()),
    };
    // No session would have them, and the backend can still do something about it.
    match percent_of(&tags) {
        percent if percent > 100 => refuse(DeveloperRefused::TagsTooLarge { percent }.into()),
        _ => Ok(tags),
    }
}

/// Links what was shown to an identity that the backend names, where nobody else holds any of it: a guest, or one that holds
/// some of it already.
fn link(
    records: &mut (impl IdentityPools + Merges + Revocations),
    (pool, user): (&IdentityPool, &DeveloperUser),
    identity: Identity,
    shown: &[LoginKey],
    now: Timestamp,
) -> Result<Met, Stop<Refusal>> {
    let mut linked = Vec::with_capacity(shown.len());
    for login in shown {
        match records.identity_of(&pool.id, login)? {
            None => linked.push(login.clone()),
            Some(owner) if owner.id == identity.id => {}
            Some(owner) if *login == user.login() => {
                let (user, identity) = (user.user.clone(), owner.id);
                return refuse(DeveloperRefused::Registered { user, identity }.into());
            }
            Some(_) => return refuse(DeveloperRefused::LinkedElsewhere(login.provider.clone()).into()),
        }
    }
    match identity.standing {
        Standing::Disabled => return refuse(Refusal::Forbidden(identity.id)),
        Standing::Authenticated if linked.len() == shown.len() => {
            return refuse(DeveloperRefused::NoneOfItsLogins(identity.id).into());
        }
        Standing::Authenticated | Standing::Guest => {}
    }
    linking::join(records, pool, Meeting { linked, ..Meeting::alone(identity) }, now)
}

/// Finds the identity of a user of the backend, or the one that is named; both must be one.
pub fn lookup(
    records: &mut impl IdentityPools,
    pool: &IdentityPoolId,
    id: Option<&IdentityId>,
    user: Option<&DeveloperUserIdentifier>,
) -> Result<(Identity, DeveloperProviderName), Stop<Refusal>> {
    let pool = pools::find(records, pool)?;
    let Some(provider) = pool.developer_provider.clone() else {
        return refuse(DeveloperRefused::NotItsProvider.into());
    };
    let holder = match user {
        Some(user) => {
            let user = DeveloperUser { provider: provider.clone(), user: user.clone() };
            Some(holder_of(records, &pool, &user)?)
        }
        None => None,
    };
    let identity = match (id, holder) {
        (Some(id), Some(holder)) if holder.id != *id => {
            return refuse(DeveloperRefused::UserElsewhere(holder.id).into());
        }
        (_, Some(holder)) => holder,
        (Some(id), None) => identity_of(records, &pool, id)?,
        (None, None) => return refuse(DeveloperRefused::NobodyNamed.into()),
    };
    Ok((identity, provider))
}

/// The users of a backend who would be another identity's, by these names, if the identities of two of them were made one.
pub fn moved_by_merging(
    records: &mut impl IdentityPools,
    pool: &IdentityPoolId,
    (source, destination): (&DeveloperUser, &DeveloperUser),
) -> Result<Vec<DeveloperUserIdentifier>, Stop<Refusal>> {
    let pool = pool_of(records, pool, &destination.provider)?;
    let source = holder_of(records, &pool, source)?;
    let destination = holder_of(records, &pool, destination)?;
    if source.id == destination.id {
        return Ok(Vec::new());
    }
    let moved = source.logins.iter().filter(|login| pool.is_developer_provider(&login.provider));
    let users = moved.map(|login| DeveloperUserIdentifier::parse(&login.subject)).collect();
    match users {
        Ok(users) => Ok(users),
        Err(NotA { .. }) => refuse(DeveloperRefused::BadUser.into()),
    }
}

/// Makes the identities of two users of a backend one: that of the second goes on, whichever is older, with all that the
/// other holds.
pub fn merge(
    records: &mut (impl IdentityPools + Merges + Revocations),
    pool: &IdentityPoolId,
    (source, destination): (&DeveloperUser, &DeveloperUser),
    now: Timestamp,
) -> Result<Met, Stop<Refusal>> {
    let pool = pool_of(records, pool, &destination.provider)?;
    let source = holder_of(records, &pool, source)?;
    let destination = holder_of(records, &pool, destination)?;
    let mut meeting = Meeting { cause: MergeCause::UsersMerged, ..Meeting::alone(destination) };
    if source.id != meeting.survivor.id {
        meeting.others.push(source);
    }
    linking::join(records, &pool, meeting, now)
}

/// Takes a user from an identity, which must hold them. Gives the login that was taken.
pub fn unlink(
    records: &mut (impl IdentityPools + Revocations),
    pool: &IdentityPoolId,
    (id, user): (&IdentityId, &DeveloperUser),
    now: Timestamp,
) -> Result<Vec<LoginKey>, Stop<Refusal>> {
    let pool = pool_of(records, pool, &user.provider)?;
    let identity = identity_of(records, &pool, id)?;
    let holder = holder_of(records, &pool, user)?;
    if holder.id != identity.id {
        return refuse(DeveloperRefused::UserElsewhere(holder.id).into());
    }
    let taken = user.login();
    linking::unlink(records, holder, |login| *login == taken, now)
}

/// Finds the identity that holds a user.
fn holder_of(
    records: &mut impl IdentityPools,
    pool: &IdentityPool,
    user: &DeveloperUser,
) -> Result<Identity, Stop<Refusal>> {
    let login = user.login();
    match records.identity_of(&pool.id, &login)? {
        Some(identity) => Ok(identity),
        None => refuse(Refusal::NobodyHolds(login)),
    }
}

/// Finds a pool, whose backend goes by this name.
fn pool_of(
    records: &mut impl IdentityPools,
    id: &IdentityPoolId,
    provider: &DeveloperProviderName,
) -> Result<IdentityPool, Stop<Refusal>> {
    let pool = pools::find(records, id)?;
    if pool.is_developer_provider(provider.as_str()) {
        Ok(pool)
    } else {
        refuse(DeveloperRefused::NotItsProvider.into())
    }
}

/// Finds an identity of a pool; that of another is refused.
fn identity_of(
    records: &mut impl IdentityPools,
    pool: &IdentityPool,
    id: &IdentityId,
) -> Result<Identity, Stop<Refusal>> {
    let (identity, _) = identities::find(records, id)?;
    if identity.pool == pool.id { Ok(identity) } else { refuse(Refusal::Forbidden(identity.id)) }
}
