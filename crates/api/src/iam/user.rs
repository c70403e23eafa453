//! A user as IAM's answers show them, and who is meant where a request names none.

use super::given::Tag;
use super::role::ShownBoundary;
use crate::fault::{Common, Fault};
use crate::operation::{Permission, SignedBy};
use broker::iam::resource::Resource;
use broker::iam::users::Named;
use domain::account::AccountId;
use domain::iam::id::UserId;
use domain::iam::path::Path;
use domain::iam::user::{User, UserName};
use domain::time::Timestamp;
use serde::Serialize;

/// A user.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shown {
    #[serde(flatten)]
    listed: Listed,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions_boundary: Option<ShownBoundary>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl Shown {
    /// This user of this account.
    pub(super) fn of(user: User, account: &AccountId) -> Self {
        let (boundary, tags) = (user.boundary.clone().map(ShownBoundary::of), Tag::all(&user.tags));
        Self { listed: Listed::of(user, account), permissions_boundary: boundary, tags }
    }
}

/// A user among others.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    path: Path,
    user_name: UserName,
    user_id: UserId,
    arn: String,
    create_date: Timestamp,
}

impl Listed {
    /// This user of this account.
    pub(super) fn of(user: User, account: &AccountId) -> Self {
        Self {
            arn: user.arn(account).to_string(),
            path: user.path,
            user_name: user.name,
            user_id: user.id,
            create_date: user.created,
        }
    }
}

/// An action on a user who is there.
pub(super) fn on_user(action: &'static str, name: &UserName) -> Permission {
    Permission { action, resource: Resource::User(name.clone()), keys: Vec::new() }
}

/// An action on a user who is there, of whose boundary policies can ask.
pub(super) fn on_bounded_user(action: &'static str, name: &UserName) -> Permission {
    Permission { action, resource: Resource::UserAndBoundary(name.clone()), keys: Vec::new() }
}

/// An action on a user, or on the one who asks.
pub(super) fn on_own_or(action: &'static str, name: Option<&UserName>) -> Permission {
    match name {
        Some(name) => on_user(action, name),
        None => Permission { action, resource: Resource::OwnUser, keys: Vec::new() },
    }
}

/// The user who is meant: the one who is named, or the one who asks. Whoever is no user must name one.
pub(super) fn name_of(named: Option<UserName>, by: &SignedBy) -> Result<UserName, Fault> {
    let own = || by.caller().user().map(|holder| holder.arn.name().clone());
    named.or_else(own).ok_or_else(|| {
        Common::BadMember("Must specify userName when calling with non-User credentials".to_owned()).into()
    })
}

/// The user of this name, if it is the one that the caller was let in for.
pub(super) fn named<'a>(name: &'a UserName, by: &'a SignedBy) -> Named<'a> {
    Named { name, arn: by.authorized.resource() }
}
