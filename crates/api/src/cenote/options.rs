//! The options of a pool as this service writes and shows them.

use domain::identity_pool::options::{DisabledIds, NewIds, PoolOptions};
use serde::{Deserialize, Serialize};

/// What ids new identities get.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum New {
    Drawn,
    Derived,
}

/// What the ids of disabled identities are good for.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Disabled {
    Refused,
    Resolved,
}

/// The options; a scope-down is shown by an operation of its own.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    new_identity_ids: New,
    disabled_identity_ids: Disabled,
}

impl From<PoolOptions> for Shown {
    fn from(options: PoolOptions) -> Self {
        Self {
            new_identity_ids: match options.new_ids {
                NewIds::Drawn => New::Drawn,
                NewIds::Derived => New::Derived,
            },
            disabled_identity_ids: match options.disabled_ids {
                DisabledIds::Refused => Disabled::Refused,
                DisabledIds::Resolved => Disabled::Resolved,
            },
        }
    }
}

impl From<New> for NewIds {
    fn from(new: New) -> Self {
        match new {
            New::Drawn => Self::Drawn,
            New::Derived => Self::Derived,
        }
    }
}

impl From<Disabled> for DisabledIds {
    fn from(disabled: Disabled) -> Self {
        match disabled {
            Disabled::Refused => Self::Refused,
            Disabled::Resolved => Self::Resolved,
        }
    }
}
