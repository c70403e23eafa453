//! An identity as the API shows it.

use domain::identity_pool::identity::{Identity, IdentityId};
use domain::time::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// An identity. Its logins are told by the names of their providers, never by who somebody is there.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    identity_id: IdentityId,
    logins: BTreeSet<String>,
    creation_date: Timestamp,
    last_modified_date: Timestamp,
}

impl From<Identity> for Shown {
    fn from(identity: Identity) -> Self {
        Self {
            identity_id: identity.id,
            logins: identity.logins.into_iter().map(|login| login.provider).collect(),
            creation_date: identity.created,
            last_modified_date: identity.modified,
        }
    }
}
