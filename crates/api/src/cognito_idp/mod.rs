//! Cognito user pools (`cognito-idp`, awsJson 1.1), and the documents that describe their keys.

pub mod admin_create_user;
pub mod admin_get_user;
pub mod admin_set_user_password;
pub mod create_user_pool;
pub mod create_user_pool_client;
pub mod delete_user_pool;
pub mod delete_user_pool_client;
pub mod describe_user_pool;
pub mod describe_user_pool_client;
pub mod discovery;
pub mod initiate_auth;
pub mod list_user_pool_clients;
pub mod list_user_pools;

mod client;
mod defaults;
mod parameters;
mod passwords;
mod pool;
mod tokens;
mod user;

use crate::cognito_identity::NOT_ISSUED;
use crate::dispatch::Served;
use crate::fault::{Common, Fault, Kind, Said};
use crate::json_words;
use crate::operation::Permission;
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::service::{Service, model};
use broker::diagnosis::Diagnosed;
use broker::iam::resource::Resource;
use broker::user_pool::Refusal;
use broker::user_pool::sign_in::SignInRefused;
use domain::records::Breakdown;
use domain::user_pool::client::{AuthFlow, SecretUnproven};
use domain::user_pool::pool::UserPoolId;

const OPERATIONS: &[Served] = &[
    Served::of::<admin_create_user::AdminCreateUser>(),
    Served::of::<admin_get_user::AdminGetUser>(),
    Served::of::<admin_set_user_password::AdminSetUserPassword>(),
    Served::of::<create_user_pool::CreateUserPool>(),
    Served::of::<create_user_pool_client::CreateUserPoolClient>(),
    Served::of::<delete_user_pool::DeleteUserPool>(),
    Served::of::<delete_user_pool_client::DeleteUserPoolClient>(),
    Served::of::<describe_user_pool::DescribeUserPool>(),
    Served::of::<describe_user_pool_client::DescribeUserPoolClient>(),
    Served::of::<initiate_auth::InitiateAuth>(),
    Served::of::<list_user_pool_clients::ListUserPoolClients>(),
    Served::of::<list_user_pools::ListUserPools>(),
];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    Ok(Service {
        name: "cognito-idp",
        event_source: "cognito-idp.amazonaws.com",
        signing_name: "cognito-idp",
        is_global: false,
        model: model(embedded::COGNITO_IDP)?,
        operations: OPERATIONS,
        say: |common| json_words::say(common, "InvalidParameterException"),
    })
}

/// An action on a pool, or on what is in it.
fn on_pool(action: &'static str, pool: &UserPoolId) -> Permission {
    Permission { action, resource: Resource::UserPool(pool.clone()), keys: Vec::new() }
}

/// An action that is about no pool in particular.
const fn on_all(action: &'static str) -> Permission {
    Permission { action, resource: Resource::All, keys: Vec::new() }
}

/// What a user pool's no is called on the wire. Source: spec of user pools, section j.
fn fault_of(refusal: Refusal) -> Fault {
    let reason = refusal.to_string();
    let said = match refusal {
        Refusal::PoolExists(_)
        | Refusal::ClientExists(_)
        | Refusal::Attribute(_)
        | Refusal::SelfWritten(_) => Said::bad_request("InvalidParameterException", reason),
        Refusal::NoSuchPool(id) => not_found(format!("User pool {id} does not exist.")),
        Refusal::NoSuchClient(id) => not_found(format!("User pool client {id} does not exist.")),
        Refusal::UserExists(_) => Said::bad_request("UsernameExistsException", "User account already exists"),
        Refusal::NoSuchUser => Said::bad_request("UserNotFoundException", "User does not exist."),
    };
    said.into()
}

/// What a user pool's no to a sign-in is called on the wire. Source: spec of user pools, section j.
fn sign_in_fault(refused: SignInRefused) -> Fault {
    let diagnosis = refused.diagnosis();
    no_to_sign_in(refused).diagnosed(diagnosis)
}

fn no_to_sign_in(refused: SignInRefused) -> Fault {
    let reason = refused.to_string();
    let said = match refused {
        SignInRefused::NoSuchClient(id) => not_found(format!("User pool client {id} does not exist.")),
        SignInRefused::Secret(SecretUnproven::Damaged(_)) => return Breakdown::new(reason).into(),
        SignInRefused::Secret(SecretUnproven::NotShown(id)) => {
            let message = format!("Client {id} is configured with secret but SECRET_HASH was not received");
            not_authorized(message, reason)
        }
        SignInRefused::Secret(SecretUnproven::Wrong(id)) => {
            not_authorized(format!("Unable to verify secret hash for client {id}"), reason)
        }
        SignInRefused::FlowNotEnabled(flow) => {
            let flow = match flow {
                AuthFlow::UserPassword => "USER_PASSWORD_AUTH",
                AuthFlow::RefreshToken => "REFRESH_TOKEN_AUTH",
            };
            return Common::BadMember(format!("{flow} flow not enabled for this client")).into();
        }
        SignInRefused::TooManyFailures { .. } => not_authorized("Password attempts exceeded", reason),
        SignInRefused::NoSuchUser => {
            Said::bad_request("UserNotFoundException", "User does not exist.").denied_because(reason)
        }
        SignInRefused::WrongPassword => not_authorized("Incorrect username or password.", reason),
        SignInRefused::Disabled => not_authorized("User is disabled.", reason),
        SignInRefused::NotIssued(_) => not_authorized(NOT_ISSUED, reason),
        SignInRefused::TemporaryPasswordExpired => {
            let message = "Temporary password has expired and must be reset by an administrator.";
            not_authorized(message, reason)
        }
        SignInRefused::MustChangePassword => {
            let message = "the challenge NEW_PASSWORD_REQUIRED is not served yet";
            Said::bad_request("InvalidParameterException", message).denied_because(reason)
        }
        SignInRefused::InvalidToken(_) => not_authorized("Invalid Refresh Token", reason),
        SignInRefused::TokenExpired => not_authorized("Refresh Token has expired", reason),
    };
    said.into()
}

fn not_authorized(message: impl Into<String>, reason: String) -> Said {
    Said::bad_request("NotAuthorizedException", message).denied_because(reason)
}

fn not_found(message: String) -> Said {
    Said::bad_request("ResourceNotFoundException", message)
}

fn too_many_requests() -> Said {
    Said { kind: Kind::Denial, ..Said::too_many_requests("too many wait already") }
}
