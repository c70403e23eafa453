//! A group as IAM's answers show it.

use crate::operation::{Permission, SignedBy};
use broker::iam::groups::Named;
use broker::iam::resource::Resource;
use domain::account::AccountId;
use domain::iam::group::{Group, GroupName};
use domain::iam::id::GroupId;
use domain::iam::path::Path;
use domain::time::Timestamp;
use serde::Serialize;

/// A group.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shown {
    path: Path,
    group_name: GroupName,
    group_id: GroupId,
    arn: String,
    create_date: Timestamp,
}

impl Shown {
    /// This group of this account.
    pub(super) fn of(group: Group, account: &AccountId) -> Self {
        Self {
            arn: group.arn(account).to_string(),
            path: group.path,
            group_name: group.name,
            group_id: group.id,
            create_date: group.created,
        }
    }
}

/// An action on a group that is there.
pub(super) fn on_group(action: &'static str, name: &GroupName) -> Permission {
    Permission { action, resource: Resource::Group(name.clone()), keys: Vec::new() }
}

/// The group of this name, if it is the one that the caller was let in for.
pub(super) fn named<'a>(name: &'a GroupName, by: &'a SignedBy) -> Named<'a> {
    Named { name, arn: by.authorized.resource() }
}
