//! An identity as this service shows it: with who its logins are.

use domain::identity_pool::identity::{Identity, IdentityId, Standing};
use domain::identity_pool::login::LoginKey;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// An identity.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    identity_id: IdentityId,
    standing: ShownStanding,
    logins: Vec<ShownLogin>,
    created: Timestamp,
    modified: Timestamp,
    last_used: Timestamp,
}

/// What an identity is to its pool.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum ShownStanding {
    Guest,
    Authenticated,
    Disabled,
}

/// Who somebody is at a provider.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ShownLogin {
    provider: String,
    subject: String,
}

impl From<Identity> for Shown {
    fn from(identity: Identity) -> Self {
        Self {
            identity_id: identity.id,
            standing: identity.standing.into(),
            logins: identity.logins.into_iter().map(ShownLogin::from).collect(),
            created: identity.created,
            modified: identity.modified,
            last_used: identity.last_used,
        }
    }
}

impl From<LoginKey> for ShownLogin {
    fn from(LoginKey { provider, subject }: LoginKey) -> Self {
        Self { provider, subject }
    }
}

impl From<Standing> for ShownStanding {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Guest => Self::Guest,
            Standing::Authenticated => Self::Authenticated,
            Standing::Disabled => Self::Disabled,
        }
    }
}

impl From<ShownStanding> for Standing {
    fn from(standing: ShownStanding) -> Self {
        match standing {
            ShownStanding::Guest => Self::Guest,
            ShownStanding::Authenticated => Self::Authenticated,
            ShownStanding::Disabled => Self::Disabled,
        }
    }
}
