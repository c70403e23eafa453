//! An access key as IAM's answers show it.

use crate::fault::{Fault, Said};
use domain::iam::access_key::{AccessKey, AccessKeyId, KeyStatus};
use domain::iam::user::UserName;
use domain::secret::Secret;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A key.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shown {
    user_name: UserName,
    access_key_id: AccessKeyId,
    status: Status,
    create_date: Timestamp,
}

impl Shown {
    pub(super) fn of(key: AccessKey) -> Self {
        let status = match key.status {
            KeyStatus::Active => Status::Active,
            KeyStatus::Inactive => Status::Inactive,
        };
        Self { user_name: key.user, access_key_id: key.id, status, create_date: key.created }
    }
}

/// A key that was just made, with its secret.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Made {
    #[serde(flatten)]
    key: Shown,
    secret_access_key: String,
}

impl Made {
    pub(super) fn of(key: AccessKey, secret: &Secret<String>) -> Self {
        Self { key: Shown::of(key), secret_access_key: secret.reveal().clone() }
    }
}

/// What IAM calls the states of a key.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Status {
    /// It is good for signing.
    Active,
    /// It is not.
    Inactive,
    /// Its time is over, which happens to no key here.
    Expired,
}

impl Status {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
            Self::Expired => "Expired",
        }
    }

    /// The state that a key is to be put in, if it is one that somebody puts keys in.
    pub(super) fn to_set(self) -> Result<KeyStatus, Fault> {
        match self {
            Self::Active => Ok(KeyStatus::Active),
            Self::Inactive => Ok(KeyStatus::Inactive),
            Self::Expired => {
                Err(Said::bad_request("InvalidInput", "An access key cannot be set to Expired.").into())
            }
        }
    }
}
