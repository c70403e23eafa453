//! Cognito user pools (`cognito-idp`, awsJson 1.1), and the documents that describe their keys.

pub mod discovery;
pub mod initiate_auth;

use crate::dispatch::Served;
use crate::fault::{Fault, Said};
use crate::json_words;
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::service::{Service, model};
use broker::user_pool::sign_in::SignInRefused;

const OPERATIONS: &[Served] = &[Served::of::<initiate_auth::InitiateAuth>()];

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

/// What a user pool's no to a sign-in is called on the wire. Source: spec of user pools, section j.
fn fault_of(refused: SignInRefused) -> Fault {
    let reason = refused.to_string();
    let said = match refused {
        SignInRefused::NoSuchClient(id) => {
            Said::bad_request("ResourceNotFoundException", format!("User pool client {id} does not exist."))
        }
        SignInRefused::FlowNotEnabled => Said::bad_request(
            "InvalidParameterException",
            "USER_PASSWORD_AUTH flow not enabled for this client",
        ),
        SignInRefused::TooManyFailures { .. } => {
            Said::bad_request("NotAuthorizedException", "Password attempts exceeded").denied_because(reason)
        }
        SignInRefused::NoSuchUser => {
            Said::bad_request("UserNotFoundException", "User does not exist.").denied_because(reason)
        }
        SignInRefused::WrongPassword => {
            Said::bad_request("NotAuthorizedException", "Incorrect username or password.")
                .denied_because(reason)
        }
    };
    said.into()
}
