//! OpenID tokens for identities: the classic flow of identity pools.

use crate::House;
use crate::iam::revocations::{may_issue, moment_of_issue, revoked_before};
use crate::identity_pool::claim::{Claimed, claim};
use crate::identity_pool::credentials::{PRINCIPAL, federation_of};
use crate::identity_pool::linking::Change;
use crate::identity_pool::mistake::Mistake;
use crate::identity_pool::{Refusal, identities, issuers, pools, principal_tags};
use domain::iam::session::{Federation, FromIdentity};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::login::{AuthState, LoginKey};
use domain::identity_pool::pool::IdentityPool;
use domain::identity_pool::token::OpenIdToken;
use domain::records::{IdentityPools, Merges, Read, Revocations, Stop, UserPools, refuse};
use domain::tag::Tags;
use domain::time::{Span, Timestamp};
use domain::user_pool::pool::UserPoolId;
use login::identity_pool::VerifiedIdentity;
use login::{LoginRefused, VerifiedLogin};

/// Tokens of the classic flow live exactly this long.
const LIFE: Span = Span::from_mins(10);

/// Vouches for an identity that was proven, or for a guest, to whoever trusts the pool; and tells what became of it and
/// others meanwhile.
pub fn for_identity(
    records: &mut (impl IdentityPools + Merges + UserPools + Revocations),
    house: &House,
    id: &IdentityId,
    proven: &[VerifiedLogin],
    now: Timestamp,
) -> Result<(OpenIdToken, Change), Stop<Refusal>> {
    let claimed = claim(records, id, proven, now)?;
    must_be_open(&claimed.pool)?;
    must_not_be_mapped(&claimed.pool, &claimed.shown)?;
    let tags = principal_tags::of(records, house, &claimed.pool, proven)?;
    token(records, claimed, tags, now.after(LIFE), now)
}

/// The token that a pool vouches by for an identity that something may be issued for, and what became of others meanwhile.
pub(super) fn token(
    records: &mut impl Revocations,
    claimed: Claimed,
    tags: Tags,
    expires: Timestamp,
    now: Timestamp,
) -> Result<(OpenIdToken, Change), Stop<Refusal>> {
    let by = claimed.origin().revocables();
    match may_issue(records, &by) {
        // A token says when it was issued, not after how many revocations.
        Ok(_) => {}
        Err(Stop::Refused(no)) => return refuse(no.into()),
        Err(Stop::Unready(unready)) => return Err(unready.into()),
    }
    let federation = federation_of(&claimed);
    let issued = moment_of_issue(records, &by, now)?;
    let token = OpenIdToken { pool: claimed.pool.id, federation, tags, issued, expires };
    Ok((token, claimed.change))
}

/// An identity that a token vouches for and that is still what it was when the token was issued.
pub(crate) struct Vouched {
    /// Its pool.
    pub(crate) pool: IdentityPool,
    /// Whether it was proven by a login, or is a guest's.
    pub(crate) state: AuthState,
    /// The logins that were shown for the token, all of which it still holds. It may hold others.
    pub(crate) shown: Vec<LoginKey>,
    /// What the pool vouches for.
    pub(crate) federation: Federation,
    /// The tags that a session of it shall have.
    pub(crate) tags: Tags,
    /// Where a session of it comes from.
    pub(crate) origin: FromIdentity,
}

/// Finds the identity that a token vouches for. A token lives on when its identity or pool changes, and then it says what is
/// no longer so: one that the identity has gone beyond, whose logins the pool accepts no more, or that was revoked, is good
/// for nothing.
pub(crate) fn vouched(
    records: &mut (impl IdentityPools + UserPools + Revocations),
    house: &House,
    token: &VerifiedIdentity,
    now: Timestamp,
) -> Result<Vouched, Stop<Refusal>> {
    let (mut identity, pool) = identities::find(records, token.identity())?;
    let (state, shown) = match token.amr() {
        [guest] if guest == AuthState::Guest.amr() => (AuthState::Guest, &[][..]),
        [proven, shown @ ..] if proven == AuthState::Authenticated.amr() && !shown.is_empty() => {
            (AuthState::Authenticated, shown)
        }
        [..] => return refuse(Refusal::Forbidden(identity.id)),
    };
    pools::must_welcome(&pool, state)?;
    let was_shown = |login: &&LoginKey| login.amr(&pool).iter().all(|entry| shown.contains(entry));
    let logins: Vec<LoginKey> = identity.logins.iter().filter(was_shown).cloned().collect();
    let is_still_held = |entry: &String| logins.iter().any(|login| login.amr(&pool).contains(entry));
    if pool.id != *token.pool() || identity.state() != Some(state) || !shown.iter().all(is_still_held) {
        return refuse(Refusal::Forbidden(identity.id));
    }
    must_be_accepted(records, house, &pool, &logins)?;
    identities::remember_use(records, &mut identity, now);
    let federation = Federation {
        provider: PRINCIPAL.to_owned(),
        aud: pool.id.to_string(),
        sub: identity.id.to_string(),
        amr: token.amr().to_vec(),
    };
    let origin = FromIdentity { identity: identity.id, pool: pool.id.clone(), logins: identity.logins };
    if token.issued() < revoked_before(records, &origin.revocables())? {
        return refuse(Refusal::OwnToken(LoginRefused::Revoked(token.issued())));
    }
    Ok(Vouched { pool, state, shown: logins, federation, tags: token.tags().clone(), origin })
}

/// Refuses logins of providers whose logins would not be taken now, through any client. Which client they were shown by, and
/// whether their users are still there, a token does not tell; it lives no longer than they do, or ten minutes.
fn must_be_accepted(
    records: &mut impl UserPools,
    house: &House,
    pool: &IdentityPool,
    logins: &[LoginKey],
) -> Result<(), Stop<Refusal>> {
    for LoginKey { provider, .. } in logins {
        let is_accepted = match house.issuers.pool_named_by(provider) {
            Some(user_pool) => {
                issuers::listed(records, pool, &user_pool)?.is_some()
                    && has_client(records, pool, &user_pool)?
            }
            None => pool.is_developer_provider(provider),
        };
        if !is_accepted {
            let mistake = Mistake::with(records, house, pool, provider)?;
            return refuse(Refusal::UnsupportedProvider { key: provider.clone(), mistake });
        }
    }
    Ok(())
}

/// Whether any of the clients through which a pool lets in users of a user pool is there.
fn has_client(records: &mut impl UserPools, pool: &IdentityPool, user_pool: &UserPoolId) -> Read<bool> {
    for listed in pool.user_pools.iter().filter(|listed| listed.user_pool == *user_pool) {
        if records.client(&listed.client)?.is_some_and(|client| client.pool == *user_pool) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Refuses logins whose provider has a role mapping, which only the enhanced flow asks, by the logins themselves: whoever
/// had a token in their place would get a role that the mapping does not choose. Whom the pool's own backend vouches for has
/// the pool's own role in any case. Source: Cognito developer guide, "Using role-based access control".
pub(crate) fn must_not_be_mapped(pool: &IdentityPool, logins: &[LoginKey]) -> Result<(), Stop<Refusal>> {
    if is_vouched_for(pool, logins) {
        return Ok(());
    }
    match logins.iter().find(|login| pool.role_mappings_of(&login.provider).next().is_some()) {
        Some(mapped) => refuse(Refusal::RoleMapped(mapped.provider.clone())),
        None => Ok(()),
    }
}

/// Whether the pool's own backend is among those who vouch.
pub(super) fn is_vouched_for(pool: &IdentityPool, logins: &[LoginKey]) -> bool {
    logins.iter().any(|login| pool.is_developer_provider(&login.provider))
}

/// Refuses where tokens of a pool may not be taken to STS.
pub(crate) fn must_be_open(pool: &IdentityPool) -> Result<(), Stop<Refusal>> {
    if pool.classic_flow == Some(true) { Ok(()) } else { refuse(Refusal::ClassicFlowOff) }
}
