//! Who owns buckets and objects: the one account there is.

use domain::account::Account;
use serde::Serialize;

/// An owner as S3 writes them.
#[derive(Clone, Serialize)]
pub(super) struct Owner {
    #[serde(rename = "ID")]
    id: String,
}

impl Owner {
    /// The account as an owner.
    pub(super) fn of(account: &Account) -> Self {
        Self { id: account.canonical_user() }
    }
}
