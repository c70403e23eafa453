//! What a no about users and what they have is called on the wire. Source: spec of STS and IAM, section 6.

use super::{delete_conflict, limit_exceeded, no_such};
use crate::fault::{Fault, Said};
use broker::iam::groups::GroupRefused;
use broker::iam::inline::{InlineRefused, Owner};
use broker::iam::users::UserRefused;
use domain::iam::access_key::MOST_KEYS;
use domain::iam::group::MOST_GROUPS;
use domain::iam::user::{MOST_GROUPS_OF_USER, MOST_USERS};
use http::StatusCode;

/// The words for it.
pub(super) fn of_user(refused: UserRefused) -> Fault {
    let said = match refused {
        UserRefused::Exists(name) => exists(format!("User with name {name} already exists.")),
        UserRefused::NoSuchUser(name) => no_such(format!("The user with name {name} cannot be found.")),
        UserRefused::TooMany => quota("UsersPerAccount", MOST_USERS),
        UserRefused::HasPolicies(_) => delete_conflict("Cannot delete entity, must delete policies first."),
        UserRefused::InGroups(_) => delete_conflict(HAS_MEMBERS),
        UserRefused::HasKeys(_) => delete_conflict("Cannot delete entity, must delete access keys first."),
        UserRefused::Inline(refused) => of_inline(refused),
        UserRefused::NoSuchKey(id) => no_such(format!("The Access Key with id {id} cannot be found.")),
        UserRefused::TooManyKeys(_) => quota("AccessKeysPerUser", MOST_KEYS),
    };
    said.into()
}

/// The words for a no about a group.
pub(super) fn of_group(refused: GroupRefused) -> Fault {
    let said = match refused {
        GroupRefused::Exists(name) => exists(format!("Group with name {name} already exists.")),
        GroupRefused::NoSuchGroup(name) => no_such(format!("The group with name {name} cannot be found.")),
        GroupRefused::TooMany => quota("GroupsPerAccount", MOST_GROUPS),
        GroupRefused::HasMembers(_) => delete_conflict(HAS_MEMBERS),
        GroupRefused::HasPolicies(_) => delete_conflict("Cannot delete entity, must delete policies first."),
        GroupRefused::Inline(refused) => of_inline(refused),
        GroupRefused::User(refused) => return of_user(refused),
        GroupRefused::TooManyOfUser(_) => quota("GroupsPerUser", MOST_GROUPS_OF_USER),
        GroupRefused::NotIn { user, group } => no_such(format!("User {user} not in group {group}")),
    };
    said.into()
}

/// What AWS says of a group that has members as of a member.
const HAS_MEMBERS: &str = "Cannot delete entity, must remove users from group first.";

fn of_inline(refused: InlineRefused) -> Said {
    match refused {
        InlineRefused::NoSuchPolicy { of, name } => {
            no_such(format!("The {} policy with name {name} cannot be found.", of.sort.word()))
        }
        InlineRefused::Malformed { why, .. } => Said {
            reason: format!("{why} {}", why.detail().unwrap_or_default()),
            ..Said::bad_request("MalformedPolicyDocument", why.to_string())
        },
        InlineRefused::TooMuch(Owner { sort, name }) => limit_exceeded(format!(
            "Maximum policy size of {} bytes exceeded for {} {name}",
            sort.quota().limit(),
            sort.word()
        )),
    }
}

fn exists(message: String) -> Said {
    Said::bad_request("EntityAlreadyExists", message).with_status(StatusCode::CONFLICT)
}

fn quota(name: &str, most: usize) -> Said {
    limit_exceeded(format!("Cannot exceed quota for {name}: {most}"))
}
