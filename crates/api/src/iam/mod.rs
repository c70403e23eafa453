//! AWS Identity and Access Management (`iam`, awsQuery).

pub mod add_client_id_to_open_id_connect_provider;
pub mod add_user_to_group;
pub mod attach_group_policy;
pub mod attach_role_policy;
pub mod attach_user_policy;
pub mod create_access_key;
pub mod create_group;
pub mod create_open_id_connect_provider;
pub mod create_policy;
pub mod create_policy_version;
pub mod create_role;
pub mod create_saml_provider;
pub mod create_user;
pub mod delete_access_key;
pub mod delete_group;
pub mod delete_group_policy;
pub mod delete_open_id_connect_provider;
pub mod delete_policy;
pub mod delete_policy_version;
pub mod delete_role;
pub mod delete_role_permissions_boundary;
pub mod delete_role_policy;
pub mod delete_saml_provider;
pub mod delete_user;
pub mod delete_user_permissions_boundary;
pub mod delete_user_policy;
pub mod detach_group_policy;
pub mod detach_role_policy;
pub mod detach_user_policy;
pub mod get_access_key_last_used;
pub mod get_account_summary;
pub mod get_context_keys_for_custom_policy;
pub mod get_context_keys_for_principal_policy;
pub mod get_group;
pub mod get_group_policy;
pub mod get_open_id_connect_provider;
pub mod get_policy;
pub mod get_policy_version;
pub mod get_role;
pub mod get_role_policy;
pub mod get_saml_provider;
pub mod get_user;
pub mod get_user_policy;
pub mod list_access_keys;
pub mod list_account_aliases;
pub mod list_attached_group_policies;
pub mod list_attached_role_policies;
pub mod list_attached_user_policies;
pub mod list_entities_for_policy;
pub mod list_group_policies;
pub mod list_groups;
pub mod list_groups_for_user;
pub mod list_instance_profiles_for_role;
pub mod list_open_id_connect_provider_tags;
pub mod list_open_id_connect_providers;
pub mod list_policies;
pub mod list_policy_tags;
pub mod list_policy_versions;
pub mod list_role_policies;
pub mod list_role_tags;
pub mod list_roles;
pub mod list_saml_provider_tags;
pub mod list_saml_providers;
pub mod list_user_policies;
pub mod list_user_tags;
pub mod list_users;
pub mod put_group_policy;
pub mod put_role_permissions_boundary;
pub mod put_role_policy;
pub mod put_user_permissions_boundary;
pub mod put_user_policy;
pub mod remove_client_id_from_open_id_connect_provider;
pub mod remove_user_from_group;
pub mod set_default_policy_version;
pub mod simulate_custom_policy;
pub mod simulate_principal_policy;
pub mod tag_open_id_connect_provider;
pub mod tag_policy;
pub mod tag_role;
pub mod tag_saml_provider;
pub mod tag_user;
pub mod untag_open_id_connect_provider;
pub mod untag_policy;
pub mod untag_role;
pub mod untag_saml_provider;
pub mod untag_user;
pub mod update_access_key;
pub mod update_assume_role_policy;
pub mod update_open_id_connect_provider_thumbprint;
pub mod update_role;
pub mod update_role_description;
pub mod update_saml_provider;
pub mod update_user;

mod access_key;
mod attached;
mod faults;
mod given;
mod group;
mod paging;
mod policy;
mod role;
mod simulation;
mod usage;
mod user;

use crate::dispatch::Served;
use crate::operation::{Permission, SignedBy};
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::query_words;
use crate::service::{Service, model};
use broker::iam::resource::Resource;
use broker::iam::roles::Named;
use domain::arn::PolicyArn;
use domain::iam::role::RoleName;
use domain::identity_pool::provider::{OpenIdProviderArn, SamlProviderArn};

const OPERATIONS: &[Served] = &[
    Served::of::<add_client_id_to_open_id_connect_provider::AddClientIDToOpenIDConnectProvider>(),
    Served::of::<add_user_to_group::AddUserToGroup>(),
    Served::of::<attach_group_policy::AttachGroupPolicy>(),
    Served::of::<attach_role_policy::AttachRolePolicy>(),
    Served::of::<attach_user_policy::AttachUserPolicy>(),
    Served::of::<create_access_key::CreateAccessKey>(),
    Served::of::<create_group::CreateGroup>(),
    Served::of::<create_open_id_connect_provider::CreateOpenIDConnectProvider>(),
    Served::of::<create_policy::CreatePolicy>(),
    Served::of::<create_policy_version::CreatePolicyVersion>(),
    Served::of::<create_role::CreateRole>(),
    Served::of::<create_saml_provider::CreateSAMLProvider>(),
    Served::of::<create_user::CreateUser>(),
    Served::of::<delete_access_key::DeleteAccessKey>(),
    Served::of::<delete_group::DeleteGroup>(),
    Served::of::<delete_group_policy::DeleteGroupPolicy>(),
    Served::of::<delete_open_id_connect_provider::DeleteOpenIDConnectProvider>(),
    Served::of::<delete_policy::DeletePolicy>(),
    Served::of::<delete_policy_version::DeletePolicyVersion>(),
    Served::of::<delete_role::DeleteRole>(),
    Served::of::<delete_role_permissions_boundary::DeleteRolePermissionsBoundary>(),
    Served::of::<delete_role_policy::DeleteRolePolicy>(),
    Served::of::<delete_saml_provider::DeleteSAMLProvider>(),
    Served::of::<delete_user::DeleteUser>(),
    Served::of::<delete_user_permissions_boundary::DeleteUserPermissionsBoundary>(),
    Served::of::<delete_user_policy::DeleteUserPolicy>(),
    Served::of::<detach_group_policy::DetachGroupPolicy>(),
    Served::of::<detach_role_policy::DetachRolePolicy>(),
    Served::of::<detach_user_policy::DetachUserPolicy>(),
    Served::of::<get_access_key_last_used::GetAccessKeyLastUsed>(),
    Served::of::<get_account_summary::GetAccountSummary>(),
    Served::of::<get_context_keys_for_custom_policy::GetContextKeysForCustomPolicy>(),
    Served::of::<get_context_keys_for_principal_policy::GetContextKeysForPrincipalPolicy>(),
    Served::of::<get_group::GetGroup>(),
    Served::of::<get_group_policy::GetGroupPolicy>(),
    Served::of::<get_open_id_connect_provider::GetOpenIDConnectProvider>(),
    Served::of::<get_policy::GetPolicy>(),
    Served::of::<get_policy_version::GetPolicyVersion>(),
    Served::of::<get_role::GetRole>(),
    Served::of::<get_role_policy::GetRolePolicy>(),
    Served::of::<get_saml_provider::GetSAMLProvider>(),
    Served::of::<get_user::GetUser>(),
    Served::of::<get_user_policy::GetUserPolicy>(),
    Served::of::<list_access_keys::ListAccessKeys>(),
    Served::of::<list_account_aliases::ListAccountAliases>(),
    Served::of::<list_attached_group_policies::ListAttachedGroupPolicies>(),
    Served::of::<list_attached_role_policies::ListAttachedRolePolicies>(),
    Served::of::<list_attached_user_policies::ListAttachedUserPolicies>(),
    Served::of::<list_entities_for_policy::ListEntitiesForPolicy>(),
    Served::of::<list_group_policies::ListGroupPolicies>(),
    Served::of::<list_groups::ListGroups>(),
    Served::of::<list_groups_for_user::ListGroupsForUser>(),
    Served::of::<list_instance_profiles_for_role::ListInstanceProfilesForRole>(),
    Served::of::<list_open_id_connect_provider_tags::ListOpenIDConnectProviderTags>(),
    Served::of::<list_open_id_connect_providers::ListOpenIDConnectProviders>(),
    Served::of::<list_policies::ListPolicies>(),
    Served::of::<list_policy_tags::ListPolicyTags>(),
    Served::of::<list_policy_versions::ListPolicyVersions>(),
    Served::of::<list_role_policies::ListRolePolicies>(),
    Served::of::<list_role_tags::ListRoleTags>(),
    Served::of::<list_roles::ListRoles>(),
    Served::of::<list_saml_provider_tags::ListSAMLProviderTags>(),
    Served::of::<list_saml_providers::ListSAMLProviders>(),
    Served::of::<list_user_policies::ListUserPolicies>(),
    Served::of::<list_user_tags::ListUserTags>(),
    Served::of::<list_users::ListUsers>(),
    Served::of::<put_group_policy::PutGroupPolicy>(),
    Served::of::<put_role_permissions_boundary::PutRolePermissionsBoundary>(),
    Served::of::<put_role_policy::PutRolePolicy>(),
    Served::of::<put_user_permissions_boundary::PutUserPermissionsBoundary>(),
    Served::of::<put_user_policy::PutUserPolicy>(),
    Served::of::<remove_client_id_from_open_id_connect_provider::RemoveClientIDFromOpenIDConnectProvider>(),
    Served::of::<remove_user_from_group::RemoveUserFromGroup>(),
    Served::of::<set_default_policy_version::SetDefaultPolicyVersion>(),
    Served::of::<simulate_custom_policy::SimulateCustomPolicy>(),
    Served::of::<simulate_principal_policy::SimulatePrincipalPolicy>(),
    Served::of::<tag_open_id_connect_provider::TagOpenIDConnectProvider>(),
    Served::of::<tag_policy::TagPolicy>(),
    Served::of::<tag_role::TagRole>(),
    Served::of::<tag_saml_provider::TagSAMLProvider>(),
    Served::of::<tag_user::TagUser>(),
    Served::of::<untag_open_id_connect_provider::UntagOpenIDConnectProvider>(),
    Served::of::<untag_policy::UntagPolicy>(),
    Served::of::<untag_role::UntagRole>(),
    Served::of::<untag_saml_provider::UntagSAMLProvider>(),
    Served::of::<untag_user::UntagUser>(),
    Served::of::<update_access_key::UpdateAccessKey>(),
    Served::of::<update_assume_role_policy::UpdateAssumeRolePolicy>(),
    Served::of::<update_open_id_connect_provider_thumbprint::UpdateOpenIDConnectProviderThumbprint>(),
    Served::of::<update_role::UpdateRole>(),
    Served::of::<update_role_description::UpdateRoleDescription>(),
    Served::of::<update_saml_provider::UpdateSAMLProvider>(),
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

/// An action on a role that is there, of whose boundary policies can ask.
fn on_bounded_role(action: &'static str, name: &RoleName) -> Permission {
    Permission { action, resource: Resource::RoleAndBoundary(name.clone()), keys: Vec::new() }
}

/// An action on a provider of OpenID Connect.
fn on_openid_provider(action: &'static str, arn: &OpenIdProviderArn) -> Permission {
    Permission { action, resource: Resource::OpenIdProvider(arn.clone()), keys: Vec::new() }
}

/// An action on a SAML provider.
fn on_saml_provider(action: &'static str, arn: &SamlProviderArn) -> Permission {
    Permission { action, resource: Resource::SamlProvider(arn.clone()), keys: Vec::new() }
}

/// An action on a managed policy.
fn on_policy(action: &'static str, arn: &PolicyArn) -> Permission {
    Permission { action, resource: Resource::Policy(arn.clone()), keys: Vec::new() }
}

/// The role of this name, if it is the one that the caller was let in for.
fn named<'a>(name: &'a RoleName, by: &'a SignedBy) -> Named<'a> {
    Named { name, arn: by.authorized.resource() }
}
