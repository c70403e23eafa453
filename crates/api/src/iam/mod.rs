//! AWS Identity and Access Management (`iam`, awsQuery).

pub mod add_user_to_group;
pub mod create_access_key;
pub mod create_group;
pub mod create_role;
pub mod create_user;
pub mod delete_access_key;
pub mod delete_group;
pub mod delete_group_policy;
pub mod delete_role;
pub mod delete_role_policy;
pub mod delete_user;
pub mod delete_user_policy;
pub mod get_access_key_last_used;
pub mod get_group;
pub mod get_group_policy;
pub mod get_role;
pub mod get_role_policy;
pub mod get_user;
pub mod get_user_policy;
pub mod list_access_keys;
pub mod list_group_policies;
pub mod list_groups;
pub mod list_groups_for_user;
pub mod list_role_policies;
pub mod list_roles;
pub mod list_user_policies;
pub mod list_users;
pub mod put_group_policy;
pub mod put_role_policy;
pub mod put_user_policy;
pub mod remove_user_from_group;
pub mod update_access_key;
pub mod update_assume_role_policy;
pub mod update_role;
pub mod update_user;

mod access_key;
mod faults;
mod group;
mod paging;
mod role;
mod user;

use crate::dispatch::Served;
use crate::fault::{Fault, Said};
use crate::operation::{Permission, SignedBy};
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::query_words;
use crate::service::{Service, model};
use broker::iam::access::Resource;
use broker::iam::attachments::{AttachRefused, MOST_ATTACHED};
use broker::iam::roles::{self, Named, RoleRefused};
use domain::iam::role::RoleName;
use http::StatusCode;

const OPERATIONS: &[Served] = &[
    Served::of::<add_user_to_group::AddUserToGroup>(),
    Served::of::<create_access_key::CreateAccessKey>(),
    Served::of::<create_group::CreateGroup>(),
    Served::of::<create_role::CreateRole>(),
    Served::of::<create_user::CreateUser>(),
    Served::of::<delete_access_key::DeleteAccessKey>(),
    Served::of::<delete_group::DeleteGroup>(),
    Served::of::<delete_group_policy::DeleteGroupPolicy>(),
    Served::of::<delete_role::DeleteRole>(),
    Served::of::<delete_role_policy::DeleteRolePolicy>(),
    Served::of::<delete_user::DeleteUser>(),
    Served::of::<delete_user_policy::DeleteUserPolicy>(),
    Served::of::<get_access_key_last_used::GetAccessKeyLastUsed>(),
    Served::of::<get_group::GetGroup>(),
    Served::of::<get_group_policy::GetGroupPolicy>(),
    Served::of::<get_role::GetRole>(),
    Served::of::<get_role_policy::GetRolePolicy>(),
    Served::of::<get_user::GetUser>(),
    Served::of::<get_user_policy::GetUserPolicy>(),
    Served::of::<list_access_keys::ListAccessKeys>(),
    Served::of::<list_group_policies::ListGroupPolicies>(),
    Served::of::<list_groups::ListGroups>(),
    Served::of::<list_groups_for_user::ListGroupsForUser>(),
    Served::of::<list_role_policies::ListRolePolicies>(),
    Served::of::<list_roles::ListRoles>(),
    Served::of::<list_user_policies::ListUserPolicies>(),
    Served::of::<list_users::ListUsers>(),
    Served::of::<put_group_policy::PutGroupPolicy>(),
    Served::of::<put_role_policy::PutRolePolicy>(),
    Served::of::<put_user_policy::PutUserPolicy>(),
    Served::of::<remove_user_from_group::RemoveUserFromGroup>(),
    Served::of::<update_access_key::UpdateAccessKey>(),
    Served::of::<update_assume_role_policy::UpdateAssumeRolePolicy>(),
    Served::of::<update_role::UpdateRole>(),
    Served::of::<update_user::UpdateUser>(),
];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    Ok(Service {
        name: "iam",
        event_source: "iam.amazonaws.com",
        signing_name: "iam",
        is_global: true,
        model: model(embedded::IAM)?,
        operations: OPERATIONS,
        say: query_words::say,
    })
}

/// An action on a role that is there.
fn on_role(action: &'static str, name: &RoleName) -> Permission {
    Permission { action, resource: Resource::Role(name.clone()), keys: Vec::new() }
}

/// The role of this name, if it is the one that the caller was let in for.
fn named<'a>(name: &'a RoleName, by: &'a SignedBy) -> Named<'a> {
    Named { name, arn: by.authorized.resource() }
}

/// What a no about a role is called on the wire. Source: spec of STS and IAM, section 6.
fn fault_of(refused: RoleRefused) -> Fault {
    let said = match refused {
        RoleRefused::Exists(name) => {
            Said::bad_request("EntityAlreadyExists", format!("Role with name {name} already exists."))
                .with_status(StatusCode::CONFLICT)
        }
        RoleRefused::TooMany => {
            limit_exceeded(format!("Cannot exceed quota for RolesPerAccount: {}", roles::MOST))
        }
        RoleRefused::NoSuchRole(name) => no_such(format!("The role with name {name} cannot be found.")),
        RoleRefused::NoSuchPolicy(name) => {
            no_such(format!("The role policy with name {name} cannot be found."))
        }
        RoleRefused::HasPolicies(_) => delete_conflict("Cannot delete entity, must delete policies first."),
        RoleRefused::HasAttached(_) => {
            delete_conflict("Cannot delete entity, must detach all policies first.")
        }
        RoleRefused::Attachment(no) => attach_refused(no, "Role"),
        RoleRefused::Malformed { what, why } => Said {
            reason: format!("{what}: {why} {}", why.detail().unwrap_or_default()),
            ..Said::bad_request("MalformedPolicyDocument", why.to_string())
        },
        RoleRefused::Unsafe(no) => Said::bad_request("MalformedPolicyDocument", no.to_string()),
        RoleRefused::TooMuchInline(name) => {
            limit_exceeded(format!("Maximum policy size of 10240 bytes exceeded for role {name}"))
        }
        RoleRefused::TooMuchTrust => {
            limit_exceeded("Cannot exceed quota for ACLSizePerRole: 2048".to_owned())
        }
    };
    said.into()
}

/// What is said where a managed policy cannot be what it shall be to a role, a user or a group: `carrier` is AWS's word in
/// the name of the quota.
fn attach_refused(refused: AttachRefused, carrier: &str) -> Said {
    match refused {
        AttachRefused::NoSuchPolicy(arn) => {
            no_such(format!("Policy {arn} does not exist or is not attachable."))
        }
        AttachRefused::NotAttached(arn) => no_such(format!("Policy {arn} was not found.")),
        AttachRefused::TooMany => {
            limit_exceeded(format!("Cannot exceed quota for PoliciesPer{carrier}: {MOST_ATTACHED}"))
        }
        AttachRefused::NoSuchBoundary(arn) => {
            no_such(format!("Scope ARN: {arn} does not exist or is not attachable."))
        }
    }
}

fn delete_conflict(message: &str) -> Said {
    Said::bad_request("DeleteConflict", message).with_status(StatusCode::CONFLICT)
}

fn no_such(message: String) -> Said {
    Said::bad_request("NoSuchEntity", message).with_status(StatusCode::NOT_FOUND)
}

fn limit_exceeded(message: String) -> Said {
    Said::bad_request("LimitExceeded", message).with_status(StatusCode::CONFLICT)
}
