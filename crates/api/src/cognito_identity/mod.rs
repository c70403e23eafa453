//! Cognito identity pools (`cognito-identity`, awsJson 1.1).

pub mod create_identity_pool;
pub mod delete_identities;
pub mod delete_identity_pool;
pub mod describe_identity;
pub mod describe_identity_pool;
pub mod get_credentials_for_identity;
pub mod get_id;
pub mod get_identity_pool_roles;
pub mod get_open_id_token;
pub mod get_open_id_token_for_developer_identity;
pub mod get_principal_tag_attribute_map;
pub mod list_identities;
pub mod list_identity_pools;
pub mod list_tags_for_resource;
pub mod lookup_developer_identity;
pub mod merge_developer_identities;
pub mod set_identity_pool_roles;
pub mod set_principal_tag_attribute_map;
pub mod tag_resource;
pub mod unlink_developer_identity;
pub mod unlink_identity;
pub mod untag_resource;
pub mod update_identity_pool;

pub mod discovery;
pub mod token_keys;

mod developer;
mod identity;
mod logins;
mod pool;
mod principal_tags;
mod role_mappings;
mod settings;

use crate::app::App;
use crate::dispatch::Served;
use crate::fault::{Fault, Said};
use crate::json_words;
use crate::operation::Permission;
use crate::page;
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::service::{Service, model};
use broker::diagnosis::Diagnosed;
use broker::iam::assume::AssumeRefused;
use broker::iam::resource::{Key, Resource};
use broker::identity_pool::Refusal;
use domain::arn::IdentityPoolArn;
use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::role_choice::NotChosen;
use domain::records::Breakdown;
use domain::tag::{TagKeys, Tags};
use login::LoginRefused;

const OPERATIONS: &[Served] = &[
    Served::of::<create_identity_pool::CreateIdentityPool>(),
    Served::of::<delete_identities::DeleteIdentities>(),
    Served::of::<delete_identity_pool::DeleteIdentityPool>(),
    Served::of::<describe_identity::DescribeIdentity>(),
    Served::of::<describe_identity_pool::DescribeIdentityPool>(),
    Served::of::<get_credentials_for_identity::GetCredentialsForIdentity>(),
    Served::of::<get_id::GetId>(),
    Served::of::<get_identity_pool_roles::GetIdentityPoolRoles>(),
    Served::of::<get_open_id_token::GetOpenIdToken>(),
    Served::of::<get_open_id_token_for_developer_identity::GetOpenIdTokenForDeveloperIdentity>(),
    Served::of::<get_principal_tag_attribute_map::GetPrincipalTagAttributeMap>(),
    Served::of::<list_identities::ListIdentities>(),
    Served::of::<list_identity_pools::ListIdentityPools>(),
    Served::of::<list_tags_for_resource::ListTagsForResource>(),
    Served::of::<lookup_developer_identity::LookupDeveloperIdentity>(),
    Served::of::<merge_developer_identities::MergeDeveloperIdentities>(),
    Served::of::<set_identity_pool_roles::SetIdentityPoolRoles>(),
    Served::of::<set_principal_tag_attribute_map::SetPrincipalTagAttributeMap>(),
    Served::of::<tag_resource::TagResource>(),
    Served::of::<unlink_developer_identity::UnlinkDeveloperIdentity>(),
    Served::of::<unlink_identity::UnlinkIdentity>(),
    Served::of::<untag_resource::UntagResource>(),
    Served::of::<update_identity_pool::UpdateIdentityPool>(),
];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    Ok(Service {
        name: "cognito-identity",
        event_source: "cognito-identity.amazonaws.com",
        signing_name: "cognito-identity",
        is_global: false,
        model: model(embedded::COGNITO_IDENTITY)?,
        operations: OPERATIONS,
        say: |common| json_words::say(common, "ValidationException"),
    })
}

/// An action on a pool.
fn on_pool(action: &'static str, pool: &IdentityPoolId) -> Permission {
    Permission { action, resource: Resource::IdentityPool(pool.clone()), keys: Vec::new() }
}

/// To write tags on a pool.
fn tagging(pool: &IdentityPoolId, tags: &Tags) -> Permission {
    Permission { keys: Key::of_tags(tags), ..on_pool(tag_resource::ACTION, pool) }
}

/// To take the tags of these keys off a pool.
fn untagging(pool: &IdentityPoolId, keys: &TagKeys) -> Permission {
    Permission {
        keys: Key::of_tag_keys(keys.iter()).into_iter().collect(),
        ..on_pool(untag_resource::ACTION, pool)
    }
}

/// The pool that a resource's name is the name of.
fn named<'a>(app: &App, arn: &'a IdentityPoolArn) -> Result<&'a IdentityPoolId, Fault> {
    match arn.is_of(&app.house.account) {
        true => Ok(arn.id()),
        false => Err(fault_of(Refusal::NoSuchPool(arn.id().clone()))),
    }
}

/// What an identity pool's no is called on the wire. Source: spec of identity pools, section 4.
pub(crate) fn fault_of(refusal: Refusal) -> Fault {
    let diagnosis = refusal.diagnosis();
    said_of(refusal).diagnosed(diagnosis)
}

fn said_of(refusal: Refusal) -> Fault {
    let reason = refusal.to_string();
    let said = match refusal {
        Refusal::NoSuchPool(id) => not_found(format!("IdentityPool '{id}' not found.")),
        Refusal::NobodyHolds(_) => {
            Said { reason, ..not_found("Nobody in the identity pool holds this login.".to_owned()) }
        }
        Refusal::NoSuchIdentity(id) => not_found(format!("Identity '{id}' not found.")),
        // Only a listing of merges asks for one, by the token of a page.
        Refusal::NotMerged(_) => return page::made_up().into(),
        // Pools are made under ids that were just drawn.
        Refusal::Exists(_) => return Breakdown::new(reason).into(),
        Refusal::TooMany { .. } | Refusal::TooManyPools(_) | Refusal::TooManyLogins => {
            Said::bad_request("LimitExceededException", reason)
        }
        Refusal::NoSuchRole(role) => role_forbidden(&role.to_string(), reason),
        Refusal::GuestsUnwelcome => {
            not_authorized("Unauthenticated access is not supported for this identity pool.", reason)
        }
        Refusal::NoSuchProvider { .. } => not_authorized(LOGINS_DO_NOT_MATCH, reason),
        Refusal::Developer(refused) => developer::said(refused),
        Refusal::UnsupportedProvider { .. } => not_authorized(UNSUPPORTED_PROVIDER, reason),
        Refusal::Login(refused) => of_login(&refused),
        Refusal::OwnToken(refused) => of_own_token(&refused),
        Refusal::OwnTokenHere => {
            not_authorized("Invalid login token. Can't pass in a Cognito token.", reason)
        }
        Refusal::Forbidden(id) => not_authorized(format!("Access to Identity '{id}' is forbidden."), reason),
        Refusal::DeveloperProvider(_) => invalid("Please provide a valid public provider", reason),
        Refusal::UserGone(_) => {
            not_authorized("Invalid login token. The user does not exist any more or is disabled.", reason)
        }
        Refusal::SecondLogin(_) => linked_elsewhere(reason),
        Refusal::OwnTokenAndLogin
        | Refusal::DeveloperProviderIsSet
        | Refusal::NotLinked(_)
        | Refusal::Tags(_)
        | Refusal::Rules(_)
        | Refusal::ScopeDown(_)
        | Refusal::Unsafe(_)
        | Refusal::SelfWritten(_)
        | Refusal::UnservedProvider(_) => Said::bad_request("InvalidParameterException", reason),
        Refusal::ClassicFlowOff => invalid(CLASSIC_FLOW_OFF, reason),
        Refusal::RoleMapped(_) => invalid(CLASSIC_FLOW_IS_BLIND, reason),
        Refusal::NotMappable(provider) => Said::bad_request(
            "InvalidParameterException",
            format!("({provider}) is not a valid RoleMapping ProviderName or is not a configured provider."),
        ),
        Refusal::NotTaggable(provider) => Said::bad_request(
            "InvalidParameterException",
            format!("({provider}) is not a valid IdentityProviderName or is not a configured provider."),
        ),
        Refusal::NoAttributeMap(provider) => {
            not_found(format!("There is no principal tag attribute map for '{provider}'."))
        }
        Refusal::NotIssued(_) | Refusal::Role(AssumeRefused::NotIssued(_)) => {
            not_authorized(NOT_ISSUED, reason)
        }
        Refusal::NotChosen(NotChosen::NotAllowed(role)) => role_forbidden(&role, reason),
        Refusal::NotChosen(NotChosen::Ambiguous(_)) => {
            not_authorized("The ambiguous role mapping rules denied this request", reason)
        }
        Refusal::NotChosen(NotChosen::NoRole | NotChosen::NotARole(_))
        | Refusal::Role(_)
        | Refusal::Claim(_)
        | Refusal::DecidedBySelf(_)
        | Refusal::ClientGone(_) => misconfigured(reason),
    };
    said.into()
}

/// To who asks for credentials or tokens that an operator does not let be issued. Whether to them or to anybody they are not
/// told.
pub(crate) const NOT_ISSUED: &str = "Credentials are not issued at present.";

/// To who asks for a token that may not be taken to STS, or takes one there.
pub(crate) const CLASSIC_FLOW_OFF: &str = "Basic (classic) flow is not enabled, please use enhanced flow.";

/// To who asks for such a token, or takes one somewhere, by a login that chooses its role.
pub(crate) const CLASSIC_FLOW_IS_BLIND: &str =
    "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.";

const MISCONFIGURED: &str = "Invalid identity pool configuration. Check assigned IAM roles for this pool.";

/// A parameter that cannot be what it is; the reason is the operator's alone.
fn invalid(message: &str, reason: String) -> Said {
    Said { reason, ..Said::bad_request("InvalidParameterException", message) }
}

/// A pool whose roles do not serve the identity. Who asks is not told what is wrong with them.
fn misconfigured(reason: String) -> Said {
    Said::bad_request("InvalidIdentityPoolConfigurationException", MISCONFIGURED).denied_because(reason)
}

/// A login that is another identity's, or of a provider that the identity holds a login of. Remembered from reports of
/// clients; the specification has no text.
fn linked_elsewhere(reason: String) -> Said {
    Said {
        reason,
        ..Said::bad_request("ResourceConflictException", "Logins are already linked to another account.")
    }
}

const LOGINS_DO_NOT_MATCH: &str =
    "Logins don't match. Please include at least one valid login for this identity or identity pool.";

const UNSUPPORTED_PROVIDER: &str = "Token is not from a supported provider of this identity pool.";

fn of_login(refused: &LoginRefused) -> Said {
    let message = match refused {
        LoginRefused::NotAToken(_) | LoginRefused::NotAnIdToken(_) => {
            "Invalid login token. Not a valid OpenId Connect identity token.".to_owned()
        }
        LoginRefused::Issuer { .. } => "Invalid login token. Issuer doesn't match providerName".to_owned(),
        LoginRefused::AccessToken => "Invalid login token. Missing a required claim: aud".to_owned(),
        LoginRefused::MissingClaim(claim) => {
            format!("Invalid login token. Missing a required claim: {claim}")
        }
        LoginRefused::Expired { now, expired } => {
            format!("Invalid login token. Token expired: {} >= {}", now.secs(), expired.secs())
        }
        LoginRefused::NotYetValid(_) => "Invalid login token. Token is not valid yet.".to_owned(),
        LoginRefused::Revoked(_) => "Invalid login token. Token is revoked.".to_owned(),
        LoginRefused::Algorithm(_) | LoginRefused::UnknownKey(_) | LoginRefused::Signature => {
            "Invalid login token. Couldn't verify signed token.".to_owned()
        }
        LoginRefused::Audience { .. } => UNSUPPORTED_PROVIDER.to_owned(),
    };
    not_authorized(message, refused.to_string())
}

/// What was shown as a token of an identity pool and is none that is good.
fn of_own_token(refused: &LoginRefused) -> Said {
    match refused {
        LoginRefused::NotAToken(_)
        | LoginRefused::Issuer { .. }
        | LoginRefused::AccessToken
        | LoginRefused::MissingClaim(_)
        | LoginRefused::NotAnIdToken(_)
        | LoginRefused::Audience { .. } => {
            not_authorized("Invalid login token. Not a Cognito token.", refused.to_string())
        }
        LoginRefused::Expired { .. }
        | LoginRefused::NotYetValid(_)
        | LoginRefused::Algorithm(_)
        | LoginRefused::UnknownKey(_)
        | LoginRefused::Signature
        | LoginRefused::Revoked(_) => of_login(refused),
    }
}

/// A role that cannot be handed out: the caller may not pass it, it is not there, or nobody who was proven has it. Who asks
/// is not told which.
fn role_forbidden(role: &str, reason: String) -> Said {
    not_authorized(format!("Access to Role '{role}' is forbidden."), reason)
}

fn not_authorized(message: impl Into<String>, reason: String) -> Said {
    Said::bad_request("NotAuthorizedException", message).denied_because(reason)
}

fn not_found(message: String) -> Said {
    Said::bad_request("ResourceNotFoundException", message)
}
