//! Whether a role may be handed out by a pool: whom its trust policy lets in besides those whom the pool means.
//!
//! Everybody can have a token of some identity pool, and of most pools as a guest. So a role whose trust policy does not
//! say which pool and which state it means is open to strangers (CVE-2024-28056).

use crate::House;
use crate::identity_pool::credentials::PRINCIPAL;
use crate::identity_pool::{Refusal, TAG_SESSION, WEB_IDENTITY};
use domain::arn::RoleArn;
use domain::iam::role::Role;
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, handed_out};
use domain::records::{IdentityPools, Read, Roles, Stop, refuse};
use policy::{Document, Kind, Statement};

/// The condition keys that say which pool somebody is of, and how they came.
const AUD: &str = "cognito-identity.amazonaws.com:aud";
const AMR: &str = "cognito-identity.amazonaws.com:amr";

/// How many pools are looked at in one piece.
const PAGE: usize = 100;

/// Why a pool must not hand out a role, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsafe {
    /// A statement does not say which pools it means.
    #[error(
        "statement {statement} of the trust policy of role `{role}` lets in identities of any pool: add the condition \
         \"StringEquals\": {{\"{AUD}\": \"{pool}\"}} to it"
    )]
    AnyPool {
        /// The role.
        role: RoleArn,
        /// The statement's place, from 0.
        statement: usize,
        /// The pool.
        pool: IdentityPoolId,
    },
    /// A statement does not say whether it means guests.
    #[error(
        "statement {statement} of the trust policy of role `{role}` does not tell guests from those who signed in: add \
         the condition \"ForAnyValue:StringLike\": {{\"{AMR}\": \"{amr}\"}} to it"
    )]
    AnyState {
        /// The role.
        role: RoleArn,
        /// The statement's place, from 0.
        statement: usize,
        /// What `amr` must be.
        amr: &'static str,
    },
    /// A statement means those of the pool to whom the pool does not hand out the role.
    #[error(
        "statement {statement} of the trust policy of role `{role}` is for the other state than pool `{pool}` hands it \
         out for: make its condition \"{AMR}\" `{amr}`, or hand out another role"
    )]
    OtherState {
        /// The role.
        role: RoleArn,
        /// The statement's place, from 0.
        statement: usize,
        /// The pool.
        pool: IdentityPoolId,
        /// What `amr` would have to be.
        amr: &'static str,
    },
    /// The pool makes tags of claims, and the role takes none.
    #[error(
        "pool `{pool}` makes session tags of claims, and role `{role}` takes none: add the action `sts:TagSession` to \
         the statement of its trust policy that lets the pool's identities in"
    )]
    TakesNoTags {
        /// The role.
        role: RoleArn,
        /// The pool.
        pool: IdentityPoolId,
    },
}

/// How a statement is bound: the pools that it means, and the state of the identities that it means.
pub(crate) struct Bound<'a> {
    pub(crate) pools: Option<Vec<&'a str>>,
    pub(crate) state: Option<AuthState>,
}

impl<'a> Bound<'a> {
    /// What follows from a statement's own conditions.
    pub(crate) fn of(statement: &'a Statement) -> Self {
        let of_guests = statement
            .exact_values_of_many(AMR)
            .is_some_and(|all| all.iter().all(|amr| *amr == AuthState::Guest.amr()));
        let state = if of_guests {
            Some(AuthState::Guest)
        } else if statement.shuts_out(AMR, AuthState::Guest.amr()) {
            Some(AuthState::Authenticated)
        } else {
            None
        };
        Self { pools: statement.exact_values_of(AUD), state }
    }

    /// Whether it means identities of this pool, or does not say.
    fn may_mean(&self, pool: &IdentityPoolId) -> bool {
        self.pools.as_ref().is_none_or(|pools| pools.contains(&pool.as_str()))
    }
}

/// Whether a pool may hand out a role that has this trust policy, to those to whom it does.
fn check(pool: &IdentityPool, role: &RoleArn, trust: &Document) -> Result<(), Unsafe> {
    let states = pool.hands_out_to(role);
    let Some(wanted) = states.first().copied().map(AuthState::amr) else { return Ok(()) };
    let mut lets_in = false;
    let trusting = trust.statements().iter().filter(|one| one.trusts(PRINCIPAL, WEB_IDENTITY));
    for one in trusting {
        let (role, statement, pool_id) = (role.clone(), one.index(), pool.id.clone());
        let bound = Bound::of(one);
        lets_in |= bound.may_mean(&pool.id);
        match bound.state {
            _ if bound.pools.is_none() => return Err(Unsafe::AnyPool { role, statement, pool: pool_id }),
            None => return Err(Unsafe::AnyState { role, statement, amr: wanted }),
            Some(state) if bound.may_mean(&pool.id) && !states.contains(&state) => {
                return Err(Unsafe::OtherState { role, statement, pool: pool_id, amr: wanted });
            }
            Some(_) => {}
        }
    }
    if lets_in && pool.makes_tags() && states.contains(&AuthState::Authenticated) && !takes_tags(pool, trust)
    {
        return Err(Unsafe::TakesNoTags { role: role.clone(), pool: pool.id.clone() });
    }
    Ok(())
}

/// Whether those of the pool who signed in may bring tags, by a statement that is bound to them as one that lets them in is.
fn takes_tags(pool: &IdentityPool, trust: &Document) -> bool {
    trust.statements().iter().filter(|one| one.trusts(PRINCIPAL, TAG_SESSION)).any(|one| {
        let bound = Bound::of(one);
        bound.pools.is_some() && bound.may_mean(&pool.id) && bound.state == Some(AuthState::Authenticated)
    })
}

/// Refuses a pool that hands out a role which lets in others than it should. One that is not there lets nobody in.
pub(super) fn check_pool(
    records: &mut impl Roles,
    house: &House,
    pool: &IdentityPool,
) -> Result<(), Stop<Refusal>> {
    for arn in handed_out(&pool.roles, &pool.role_mappings) {
        let role = records.role(arn.name())?.filter(|role| role.arn(&house.account.id) == *arn);
        if let Some(role) = role
            && let Err(no) = check_trust(house, &role, pool)
        {
            return refuse(Refusal::Unsafe(no));
        }
    }
    Ok(())
}

/// Makes up for what records of before lack: that a role finds the pools that hand it out, on which [`check_in_use`] rests.
/// Looks at some pools, from after one of them, and gives the last of these; `None` if none was left.
pub fn make_up_for_older_records(
    records: &mut impl IdentityPools,
    after: Option<&IdentityPoolId>,
) -> Read<Option<IdentityPoolId>> {
    records.let_roles_find_pools(after, PAGE)
}

/// Whether every pool that hands out this role may do so.
pub(crate) fn check_in_use(
    records: &mut impl IdentityPools,
    house: &House,
    role: &Role,
) -> Read<Result<(), Unsafe>> {
    let mut after = None;
    loop {
        let page = records.pools_of_role(&role.name, after.as_ref(), PAGE)?;
        for id in &page {
            if let Some(pool) = records.identity_pool(id)?
                && let Err(no) = check_trust(house, role, &pool)
            {
                return Ok(Err(no));
            }
        }
        if page.len() < PAGE {
            return Ok(Ok(()));
        }
        after = page.into_iter().next_back();
    }
}

/// Whether a pool may hand out a role; always, where the server was told to take all.
pub(crate) fn check_trust(house: &House, role: &Role, pool: &IdentityPool) -> Result<(), Unsafe> {
    match house.policies.compiled(Kind::Trust, &role.trust) {
        Ok(trust) if !house.takes_unsafe_roles => check(pool, &role.arn(&house.account.id), &trust),
        // A policy that cannot be read any more lets nobody in.
        Ok(_) | Err(_) => Ok(()),
    }
}
