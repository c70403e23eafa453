//! A login: what a provider says of somebody, under the name that AWS gives the provider.

use crate::account::Region;
use crate::identity_pool::pool::IdentityPool;
use crate::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};

/// Whether an identity has proven a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuthState {
    /// A login was proven.
    Authenticated,
    /// Nothing was proven.
    Guest,
}

impl AuthState {
    /// That of somebody who shows these logins: without one, a guest's.
    pub const fn by<T>(shown: &[T]) -> Self {
        if shown.is_empty() { Self::Guest } else { Self::Authenticated }
    }

    /// What `amr` says of it first.
    pub const fn amr(self) -> &'static str {
        match self {
            Self::Authenticated => "authenticated",
            Self::Guest => "unauthenticated",
        }
    }
}

/// Who somebody is at a provider: the provider and their subject there. The same pair is always the same person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LoginKey {
    /// The provider's name in AWS's form, such as `cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI`.
    pub provider: String,
    /// The subject there: the `sub` of its tokens.
    pub subject: String,
}

impl LoginKey {
    /// The login of a user-pool user. It does not name the client: every client of the pool proves the same person.
    pub fn of_user_pool(pool: &UserPoolId, region: &Region, subject: &str) -> Self {
        Self { provider: user_pool_provider_name(pool, region), subject: subject.to_owned() }
    }

    /// The entries that say in the `amr` of a pool by which login somebody came: the provider, then the provider and the
    /// subject, and between them the pool where its own backend vouches.
    ///
    /// Source: spec of identity pools, section 8 (reported from AWS's own tokens).
    pub fn amr(&self, pool: &IdentityPool) -> [String; 2] {
        let Self { provider, subject } = self;
        let user = if pool.is_developer_provider(provider) {
            format!("{provider}:{}:{subject}", pool.id)
        } else {
            format!("{provider}:CognitoSignIn:{subject}")
        };
        [provider.clone(), user]
    }
}

/// The name of a user pool as a provider: `cognito-idp.REGION.amazonaws.com/POOL`, whoever serves it.
pub fn user_pool_provider_name(pool: &UserPoolId, region: &Region) -> String {
    format!("cognito-idp.{region}.amazonaws.com/{pool}")
}

/// The user pool of this region that goes by this name as a provider.
pub fn user_pool_named(provider: &str, region: &Region) -> Option<UserPoolId> {
    let (_, id) = provider.split_once('/')?;
    UserPoolId::parse(id).ok().filter(|pool| user_pool_provider_name(pool, region) == provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_name_names_a_user_pool_of_its_own_region_alone() {
        let region = Region::parse("us-east-1").unwrap();
        let pool = UserPoolId::parse("us-east-1_AbCdEfGhI").unwrap();
        assert_eq!(user_pool_named(&user_pool_provider_name(&pool, &region), &region), Some(pool));
        for name in [
            "cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbCdEfGhI",
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
            "cognito-idp.us-east-1.amazonaws.com.evil/us-east-1_AbCdEfGhI",
            "cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI/",
            "us-east-1_AbCdEfGhI",
            "",
        ] {
            assert_eq!(user_pool_named(name, &region), None, "{name}");
        }
    }
}
