//! What IAM calls a no. Source: spec of STS and IAM, section 6.

use crate::cognito_identity::NOT_ISSUED;
use crate::fault::{Fault, Said};
use broker::iam::attachments::{AttachRefused, MOST_ATTACHED};
use broker::iam::groups::GroupRefused;
use broker::iam::inline::{InlineRefused, Owner};
use broker::iam::managed_policies::{self, PolicyRefused};
use broker::iam::openid_providers::OpenIdProviderRefused;
use broker::iam::roles::{self, RoleRefused};
use broker::iam::saml_providers::SamlProviderRefused;
use broker::iam::simulation::SimulationRefused;
use broker::iam::users::UserRefused;
use domain::iam::access_key::MOST_KEYS;
use domain::iam::group::MOST_GROUPS;
use domain::iam::managed_policy::MOST_VERSIONS;
use domain::iam::provider::{MOST as MOST_PROVIDERS, MOST_CLIENTS, MOST_THUMBPRINTS};
use domain::iam::user::{MOST_GROUPS_OF_USER, MOST_USERS};
use domain::tag::MOST as MOST_TAGS;
use http::StatusCode;
use policy::{Malformed, Quota};

/// What a no about a role is called on the wire.
pub(super) fn of_role(refused: RoleRefused) -> Fault {
    let said = match refused {
        RoleRefused::Exists(name) => already_exists(format!("Role with name {name} already exists.")),
        RoleRefused::TooMany => quota("RolesPerAccount", roles::MOST),
        RoleRefused::NoSuchRole(name) => no_such(format!("The role with name {name} cannot be found.")),
        RoleRefused::NoSuchPolicy(name) => {
            no_such(format!("The role policy with name {name} cannot be found."))
        }
        RoleRefused::HasPolicies(_) => delete_conflict("Cannot delete entity, must delete policies first."),
        RoleRefused::HasAttached(_) => {
            delete_conflict("Cannot delete entity, must detach all policies first.")
        }
        RoleRefused::Attachment(no) => of_attachment(no, "Role"),
        RoleRefused::Tags(_) => too_many_tags("Role"),
        RoleRefused::Malformed { what, why } => malformed(&what, &why),
        RoleRefused::Unsafe(no) => Said::bad_request("MalformedPolicyDocument", no.to_string()),
        RoleRefused::TooMuchInline(name) => limit_exceeded(format!(
            "Maximum policy size of {} bytes exceeded for role {name}",
            Quota::InlineOfRole.limit()
        )),
        RoleRefused::TooMuchTrust => quota("ACLSizePerRole", Quota::Trust.limit()),
    };
    said.into()
}

/// What a no about a managed policy is called on the wire.
pub(super) fn of_policy(refused: PolicyRefused) -> Fault {
    let said = match refused {
        PolicyRefused::Exists(name) => {
            already_exists(format!("A policy called {name} already exists. Duplicate names are not allowed."))
        }
        PolicyRefused::TooMany => quota("PoliciesPerAccount", managed_policies::MOST),
        PolicyRefused::NoSuchPolicy(arn) => no_such(format!("Policy {arn} was not found.")),
        PolicyRefused::NoSuchVersion { arn, version } => {
            no_such(format!("Policy {arn} version {version} does not exist or is not attachable."))
        }
        PolicyRefused::OfAws(arn) => {
            let message = format!("Policy {arn} is an AWS managed policy, which cannot be changed.");
            Said::bad_request("InvalidInput", message)
        }
        PolicyRefused::InUse(_) => delete_conflict("Cannot delete a policy attached to entities."),
        PolicyRefused::HasVersions(_) => delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's \
             versions. The default version is deleted with the policy.",
        ),
        PolicyRefused::IsDefault(_) => delete_conflict("Cannot delete the default version of a policy."),
        PolicyRefused::TooManyVersions(_) => limit_exceeded(format!(
            "A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new version, you must \
             delete an existing version."
        )),
        PolicyRefused::TooLong => quota("PolicySize", Quota::Managed.limit()),
        PolicyRefused::Malformed(why) => malformed("managed policy", &why),
        PolicyRefused::Tags(_) => too_many_tags("Policy"),
    };
    said.into()
}

/// The words for a no about a user.
pub(super) fn of_user(refused: UserRefused) -> Fault {
    let said = match refused {
        UserRefused::Exists(name) => already_exists(format!("User with name {name} already exists.")),
        UserRefused::NoSuchUser(name) => no_such(format!("The user with name {name} cannot be found.")),
        UserRefused::TooMany => quota("UsersPerAccount", MOST_USERS),
        UserRefused::HasAttached(_) => {
            delete_conflict("Cannot delete entity, must detach all policies first.")
        }
        UserRefused::Attachment(no) => of_attachment(no, "User"),
        UserRefused::Tags(_) => too_many_tags("User"),
        UserRefused::HasPolicies(_) => delete_conflict("Cannot delete entity, must delete policies first."),
        UserRefused::InGroups(_) => delete_conflict(HAS_MEMBERS),
        UserRefused::HasKeys(_) => delete_conflict("Cannot delete entity, must delete access keys first."),
        UserRefused::Inline(refused) => of_inline(refused),
        UserRefused::NoSuchKey(id) => no_such(format!("The Access Key with id {id} cannot be found.")),
        UserRefused::TooManyKeys(_) => quota("AccessKeysPerUser", MOST_KEYS),
        UserRefused::NotIssued(why) => Said::bad_request("AccessDenied", NOT_ISSUED)
            .with_status(StatusCode::FORBIDDEN)
            .denied_because(why.to_string()),
    };
    said.into()
}

/// The words for a no about a group.
pub(super) fn of_group(refused: GroupRefused) -> Fault {
    let said = match refused {
        GroupRefused::Exists(name) => already_exists(format!("Group with name {name} already exists.")),
        GroupRefused::NoSuchGroup(name) => no_such(format!("The group with name {name} cannot be found.")),
        GroupRefused::TooMany => quota("GroupsPerAccount", MOST_GROUPS),
        GroupRefused::HasMembers(_) => delete_conflict(HAS_MEMBERS),
        GroupRefused::HasAttached(_) => {
            delete_conflict("Cannot delete entity, must detach all policies first.")
        }
        GroupRefused::Attachment(no) => of_attachment(no, "Group"),
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

fn quota(name: &str, most: usize) -> Said {
    limit_exceeded(format!("Cannot exceed quota for {name}: {most}"))
}

/// What a no about a simulation is called on the wire.
pub(super) fn of_simulation(refused: SimulationRefused) -> Fault {
    let message = refused.to_string();
    let said = match refused {
        SimulationRefused::Malformed { why, .. } => Said {
            reason: format!("{message} {}", why.detail().unwrap_or_default()),
            ..Said::bad_request("InvalidInput", message)
        },
        SimulationRefused::Boundaries
        | SimulationRefused::Action(_)
        | SimulationRefused::Resource(_)
        | SimulationRefused::Caller(_)
        | SimulationRefused::NoCaller
        | SimulationRefused::Owner(_)
        | SimulationRefused::Entry(_)
        | SimulationRefused::NoPrincipal(_) => Said::bad_request("InvalidInput", message),
        SimulationRefused::NoSuchPrincipal(_) => no_such(message),
        SimulationRefused::Unready(_) => {
            Said::bad_request("PolicyEvaluation", message).with_status(StatusCode::INTERNAL_SERVER_ERROR)
        }
    };
    said.into()
}

/// What is said of a URL that is no issuer's.
pub(super) fn bad_url() -> Fault {
    Said::bad_request("InvalidInput", "Invalid Open ID Connect Provider URL").into()
}

/// What a no about a provider of OpenID Connect is called on the wire.
pub(super) fn of_openid(refused: OpenIdProviderRefused) -> Fault {
    let said = match refused {
        OpenIdProviderRefused::Exists(issuer) => {
            already_exists(format!("Provider with url https://{issuer} already exists."))
        }
        OpenIdProviderRefused::TooMany => quota("OpenIdConnectProvidersPerAccount", MOST_PROVIDERS),
        OpenIdProviderRefused::NoSuchProvider(arn) => {
            no_such(format!("OpenIDConnect Provider not found for arn {arn}"))
        }
        OpenIdProviderRefused::TooManyClients => quota("ClientIdsPerOpenIdConnectProvider", MOST_CLIENTS),
        // AWS says fewer, and takes as many.
        OpenIdProviderRefused::TooManyThumbprints => Said::bad_request(
            "InvalidInput",
            format!("Thumbprint list must contain fewer than {MOST_THUMBPRINTS} entries."),
        ),
        OpenIdProviderRefused::Tags(_) => too_many_tags("OpenIdConnectProvider"),
    };
    said.into()
}

/// What a no about a SAML provider is called on the wire.
pub(super) fn of_saml(refused: SamlProviderRefused) -> Fault {
    let said = match refused {
        SamlProviderRefused::Exists(name) => {
            already_exists(format!("Provider with name {name} already exists."))
        }
        SamlProviderRefused::TooMany => quota("SAMLProvidersPerAccount", MOST_PROVIDERS),
        SamlProviderRefused::NoSuchProvider(arn) => no_such(format!("Manifest not found for arn {arn}")),
        SamlProviderRefused::Metadata(why) => {
            Said { reason: why.to_string(), ..Said::bad_request("InvalidInput", "Could not parse metadata") }
        }
        SamlProviderRefused::Tags(_) => too_many_tags("SAMLProvider"),
    };
    said.into()
}

/// What is said where a managed policy cannot be what it shall be to a role, a user or a group: `carrier` is AWS's word in
/// the name of the quota.
fn of_attachment(refused: AttachRefused, carrier: &str) -> Said {
    match refused {
        AttachRefused::NoSuchPolicy(arn) => {
            no_such(format!("Policy {arn} does not exist or is not attachable."))
        }
        AttachRefused::NotAttached(arn) => no_such(format!("Policy {arn} was not found.")),
        AttachRefused::TooMany => quota(&format!("PoliciesPer{carrier}"), MOST_ATTACHED),
        AttachRefused::NoSuchBoundary(arn) => {
            no_such(format!("Scope ARN: {arn} does not exist or is not attachable."))
        }
    }
}

fn malformed(what: &str, why: &Malformed) -> Said {
    Said {
        reason: format!("{what}: {why} {}", why.detail().unwrap_or_default()),
        ..Said::bad_request("MalformedPolicyDocument", why.to_string())
    }
}

fn too_many_tags(of: &str) -> Said {
    quota(&format!("TagsPer{of}"), MOST_TAGS)
}

fn already_exists(message: String) -> Said {
    Said::bad_request("EntityAlreadyExists", message).with_status(StatusCode::CONFLICT)
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
