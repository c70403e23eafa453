//! Making, finding, changing and deleting identity pools.

use crate::House;
use crate::iam::revocations::revoke;
use crate::identity_pool::credentials::PRINCIPAL;
use crate::identity_pool::developer::DeveloperRefused;
use crate::identity_pool::{Refusal, handing_out, self_written};
use domain::arn::RoleArn;
use domain::iam::revocation::Revocable;
use domain::identity_pool::login::AuthState;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, Roles as PoolRoles, handed_out};
use domain::identity_pool::provider::PublicProvider;
use domain::identity_pool::role_mapping::{MOST_RULES, RoleMapping, RoleSource};
use domain::records::{IdentityPools, Read, Revocations, Roles, Stop, UserPools, refuse};
use domain::tag::{TagKeys, Tags};
use domain::time::Timestamp;
use std::collections::BTreeMap;

/// The most clients of user pools that a pool may list. Source: Cognito developer guide, "Quotas".
const MOST_USER_POOLS: usize = 50;

/// The most OpenID Connect providers, and the most SAML providers, that a pool may list: as many as an account may have.
/// Source: IAM user guide, "IAM and AWS STS quotas".
const MOST_PROVIDERS: usize = 100;

/// Names that no developer provider may have, beside those of public providers: the words of `amr`, identity pools as a
/// provider, and public providers that are not served.
const MEAN_SOMETHING: [&str; 5] =
    [AuthState::Authenticated.amr(), AuthState::Guest.amr(), PRINCIPAL, "api.twitter.com", "www.digits.com"];

/// Makes an identity pool. The user pools and clients that it lists need not be there yet: a login of one that is not
/// proves nothing.
pub fn create(
    records: &mut impl IdentityPools,
    house: &House,
    pool: &IdentityPool,
) -> Result<(), Stop<Refusal>> {
    if records.identity_pool(&pool.id)?.is_some() {
        return refuse(Refusal::Exists(pool.id.clone()));
    }
    check(pool)?;
    let most = house.most_identity_pools;
    if records.identity_pools(None, most)?.len() >= most {
        return refuse(Refusal::TooManyPools(most));
    }
    records.put_identity_pool(pool);
    Ok(())
}

/// Finds an identity pool.
pub fn find(records: &mut impl IdentityPools, id: &IdentityPoolId) -> Result<IdentityPool, Stop<Refusal>> {
    match records.identity_pool(id)? {
        Some(pool) => Ok(pool),
        None => refuse(Refusal::NoSuchPool(id.clone())),
    }
}

/// Refuses whoever comes as a guest to a pool that does not welcome guests.
pub(super) fn must_welcome(pool: &IdentityPool, state: AuthState) -> Result<(), Stop<Refusal>> {
    match state {
        AuthState::Guest if !pool.welcomes_guests => refuse(Refusal::GuestsUnwelcome),
        AuthState::Guest | AuthState::Authenticated => Ok(()),
    }
}

/// Pools in the order of their ids, from after one of them; one more than `limit` if there are more.
pub fn list(
    records: &mut impl IdentityPools,
    after: Option<&IdentityPoolId>,
    limit: usize,
) -> Read<Vec<IdentityPool>> {
    records.identity_pools(after, limit + 1)
}

/// Makes a pool what is asked for, all but its roles, mappings, principal tags and options, and when it was made. A developer
/// provider that is not asked for stays; so do the tags unless others are given.
pub fn update(
    records: &mut (impl IdentityPools + UserPools),
    house: &House,
    asked: &IdentityPool,
    tags: Option<&Tags>,
) -> Result<IdentityPool, Stop<Refusal>> {
    let old = find(records, &asked.id)?;
    let set = old.developer_provider;
    let wanted = asked.developer_provider.as_ref();
    if set.is_some() && wanted.is_some() && wanted != set.as_ref() {
        return refuse(Refusal::DeveloperProviderIsSet);
    }
    let developer_provider = wanted.cloned().or(set);
    let pool = IdentityPool {
        developer_provider,
        roles: old.roles,
        role_mappings: old.role_mappings,
        principal_tags: old.principal_tags,
        tags: tags.cloned().unwrap_or(old.tags),
        options: old.options,
        created: old.created,
        ..asked.clone()
    };
    check(&pool)?;
    self_written::check_pool(records, house, &pool)?;
    records.put_identity_pool(&pool);
    Ok(pool)
}

/// Deletes a pool. Its identities are gone at once, because none is found without its pool; what is remembered of them
/// is removed by [`remove_left`](super::identities::remove_left). What was issued for them is revoked.
pub fn delete(
    records: &mut (impl IdentityPools + Revocations),
    id: &IdentityPoolId,
    now: Timestamp,
) -> Result<(), Stop<Refusal>> {
    let pool = find(records, id)?;
    records.delete_identity_pool(&pool.id);
    Ok(revoke(records, [Revocable::IdentityPool(pool.id)], now)?)
}

/// What a pool hands out: a role for each state, and the mappings that choose another one.
#[derive(Debug, Clone, Default)]
pub struct HandedOut {
    /// The roles of the states.
    pub roles: PoolRoles,
    /// The mappings by the names of their providers.
    pub mappings: BTreeMap<String, RoleMapping>,
}

impl HandedOut {
    /// Every role among them, each once.
    pub fn all(&self) -> Vec<&RoleArn> {
        handed_out(&self.roles, &self.mappings)
    }
}

/// Puts roles, which must exist, and mappings, of providers that are listed, in the place of a pool's.
pub fn set_roles(
    records: &mut (impl IdentityPools + UserPools + Roles),
    house: &House,
    id: &IdentityPoolId,
    asked: &HandedOut,
) -> Result<(), Stop<Refusal>> {
    let pool = find(records, id)?;
    let mappable = pool.mappable(&house.account.region);
    for (provider, mapping) in &asked.mappings {
        if !mappable.contains(provider) {
            return refuse(Refusal::NotMappable(provider.clone()));
        }
        if let RoleSource::Rules(rules) = &mapping.source
            && !(1..=MOST_RULES).contains(&rules.len())
        {
            return refuse(Refusal::Rules(provider.clone()));
        }
    }
    let HandedOut { roles, mappings: role_mappings } = asked.clone();
    let pool = IdentityPool { roles, role_mappings, ..pool };
    for arn in handed_out(&pool.roles, &pool.role_mappings) {
        let role = records.role(arn.name())?;
        if role.is_none_or(|role| role.arn(&house.account.id) != *arn) {
            return refuse(Refusal::NoSuchRole(arn.clone()));
        }
    }
    handing_out::check_pool(records, house, &pool)?;
    self_written::check_pool(records, house, &pool)?;
    records.put_identity_pool(&pool);
    Ok(())
}

/// Writes tags on a pool, in the place of those that have their keys.
pub fn tag(records: &mut impl IdentityPools, id: &IdentityPoolId, tags: &Tags) -> Result<(), Stop<Refusal>> {
    let pool = find(records, id)?;
    match pool.tags.with(tags) {
        Ok(tags) => records.put_identity_pool(&IdentityPool { tags, ..pool }),
        Err(bad) => return refuse(bad.into()),
    }
    Ok(())
}

/// Takes the tags of these keys off a pool, if it has them.
pub fn untag(
    records: &mut impl IdentityPools,
    id: &IdentityPoolId,
    keys: &TagKeys,
) -> Result<(), Stop<Refusal>> {
    let pool = find(records, id)?;
    records.put_identity_pool(&IdentityPool { tags: pool.tags.without(keys), ..pool });
    Ok(())
}

/// Whether everything that the pool lists stays small enough to be read for every login, and its backend goes by no name of
/// somebody else's.
fn check(pool: &IdentityPool) -> Result<(), Stop<Refusal>> {
    if let Some(name) = &pool.developer_provider
        && (MEAN_SOMETHING.contains(&name.as_str())
            || PublicProvider::parse(name.as_str()).is_ok()
            || pool.lists_provider(name.as_str()))
    {
        return refuse(DeveloperRefused::ProviderTaken(name.clone()).into());
    }
    let lists = [
        ("clients of user pools", pool.user_pools.len(), MOST_USER_POOLS),
        ("OpenID Connect providers", pool.openid_providers.len(), MOST_PROVIDERS),
        ("SAML providers", pool.saml_providers.len(), MOST_PROVIDERS),
    ];
    match lists.into_iter().find(|(_, listed, most)| listed > most) {
        Some((what, _, most)) => refuse(Refusal::TooMany { what, most }),
        None => Ok(()),
    }
}
