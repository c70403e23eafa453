//! AWS Security Token Service (`sts`, awsQuery).

pub mod assume_role;
pub mod assume_role_with_web_identity;
pub mod decode_authorization_message;
pub mod get_access_key_info;
pub mod get_caller_identity;
pub mod get_federation_token;
pub mod get_session_token;

mod asked;
mod faults;
mod issued;

use crate::dispatch::Served;
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::query_words;
use crate::service::{Service, model};

const OPERATIONS: &[Served] = &[
    Served::of::<assume_role::AssumeRole>(),
    Served::of::<assume_role_with_web_identity::AssumeRoleWithWebIdentity>(),
    Served::of::<decode_authorization_message::DecodeAuthorizationMessage>(),
    Served::of::<get_access_key_info::GetAccessKeyInfo>(),
    Served::of::<get_caller_identity::GetCallerIdentity>(),
    Served::of::<get_federation_token::GetFederationToken>(),
    Served::of::<get_session_token::GetSessionToken>(),
];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    Ok(Service {
        name: "sts",
        event_source: "sts.amazonaws.com",
        signing_name: "sts",
        is_global: true,
        model: model(embedded::STS)?,
        operations: OPERATIONS,
        say: query_words::say,
    })
}
