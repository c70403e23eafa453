//! Users whom a pool's own backend vouches for.

use crate::identity_pool::login::LoginKey;
use crate::identity_pool::provider::DeveloperProviderName;
use crate::text::text;

text!(
    /// What a backend calls one of its users: 1 to 1024 characters of its own choice.
    DeveloperUserIdentifier,
    "a developer user identifier, which has 1 to 1024 characters",
    |text| (1..=1024).contains(&text.chars().count())
);

/// A user of a backend, under the name that the pool gives the backend as a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeveloperUser {
    /// The pool's developer provider.
    pub provider: DeveloperProviderName,
    /// The user there.
    pub user: DeveloperUserIdentifier,
}

impl DeveloperUser {
    /// The login that the backend's word is.
    pub fn login(&self) -> LoginKey {
        LoginKey { provider: self.provider.to_string(), subject: self.user.to_string() }
    }
}
