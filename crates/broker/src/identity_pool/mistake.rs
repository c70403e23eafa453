//! What is wrong with a login key that a pool does not take: most of them are nearly right.

use crate::House;
use crate::identity_pool::issuers::listed;
use domain::identity_pool::login::user_pool_provider_name;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{Read, UserPools};
use domain::user_pool::pool::UserPoolId;

/// How many of the user pools that a pool lists are looked for, to find one that is gone.
const MOST_LOOKED_FOR: usize = 10;

/// How alike two names must be for one to be meant by the other.
const ALIKE: f64 = 0.85;

/// Why a login key means no provider of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// It has a scheme before it or a slash behind it; without them it is one of the pool's.
    NotBare {
        /// The name.
        meant: String,
    },
    /// It says another region than the server's.
    OtherRegion {
        /// The name with the server's region.
        meant: String,
    },
    /// It is spelled nearly as one of the pool's.
    Misspelt {
        /// The name that it is nearest to.
        meant: String,
    },
    /// The user pool that it names, which the pool lists, is gone.
    UserPoolGone,
    /// No client through which the pool lets in users of the user pool is left, or not the one that was used.
    ClientGone,
    /// It names another user pool than the one that the pool lists, and that one is gone.
    UserPoolRemade {
        /// The name of the one that is gone.
        listed: String,
    },
    /// It names a user pool that the pool does not list.
    UserPoolNotListed {
        /// The names of the providers that the pool lists.
        listed: Vec<String>,
    },
    /// It is nothing like what the pool lists.
    NotListed {
        /// The names of the providers that the pool lists.
        listed: Vec<String>,
    },
}

impl Mistake {
    /// Finds out what is wrong with a login key that a pool did not take.
    pub(super) fn with(
        records: &mut impl UserPools,
        house: &House,
        pool: &IdentityPool,
        key: &str,
    ) -> Read<Self> {
        let names = names(house, pool);
        let bare = key.split_once("://").map_or(key, |(_, bare)| bare).trim_matches('/');
        if bare != key && names.iter().any(|name| name == bare) {
            return Ok(Self::NotBare { meant: bare.to_owned() });
        }
        if let Some(meant) = with_region(house, key) {
            return Ok(Self::OtherRegion { meant });
        }
        if let Some(id) = house.issuers.pool_named_by(key) {
            return Self::of_user_pool(records, house, pool, &id);
        }
        let nearness = |name: &str| strsim::normalized_levenshtein(name, key);
        let near = names.iter().map(|name| (nearness(name), name)).filter(|(nearness, _)| *nearness >= ALIKE);
        Ok(match near.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
            Some((_, meant)) => Self::Misspelt { meant: meant.clone() },
            None => Self::NotListed { listed: names },
        })
    }

    fn of_user_pool(
        records: &mut impl UserPools,
        house: &House,
        pool: &IdentityPool,
        id: &UserPoolId,
    ) -> Read<Self> {
        if pool.lists_user_pool(id) {
            let is_there = records.user_pool(id)?.is_some();
            return Ok(if is_there { Self::ClientGone } else { Self::UserPoolGone });
        }
        for other in pool.user_pools.iter().take(MOST_LOOKED_FOR).map(|one| &one.user_pool) {
            if listed(records, pool, other)?.is_none() {
                let listed = user_pool_provider_name(other, &house.account.region);
                return Ok(Self::UserPoolRemade { listed });
            }
        }
        Ok(Self::UserPoolNotListed { listed: names(house, pool) })
    }
}

/// The names under which the pool takes logins, each once.
fn names(house: &House, pool: &IdentityPool) -> Vec<String> {
    let region = &house.account.region;
    let user_pools = pool.user_pools.iter().map(|one| user_pool_provider_name(&one.user_pool, region));
    let public = pool.public_providers.keys().map(ToString::to_string);
    let openid = pool.openid_providers.iter().map(|one| one.login_key().to_owned());
    let saml = pool.saml_providers.iter().map(ToString::to_string);
    let mut names: Vec<String> = user_pools.chain(public).chain(openid).chain(saml).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A user pool's name with the region of this server, where it says another.
fn with_region(house: &House, key: &str) -> Option<String> {
    let (host, id) = key.strip_prefix("cognito-idp.")?.split_once('/')?;
    let region = host.strip_suffix(".amazonaws.com")?;
    let own = house.account.region.as_str();
    (region != own && UserPoolId::parse(id).is_ok()).then(|| format!("cognito-idp.{own}.amazonaws.com/{id}"))
}
