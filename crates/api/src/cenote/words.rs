//! The words of the server's own service: those of AWS's JSON services, under the statuses that HTTP has for them.

use crate::fault::{Common, Fault, Said};
use crate::{cognito_identity, json_words};
use broker::identity_pool::Refusal;
use http::{StatusCode, header};

/// The words for what can happen to every operation.
pub(super) fn say(common: Common) -> Said {
    let status = match &common {
        Common::Anonymous | Common::NotAuthenticated(_) => Some(StatusCode::UNAUTHORIZED),
        Common::NotAllowed(_) => Some(StatusCode::FORBIDDEN),
        Common::UnknownOperation(_) => Some(StatusCode::NOT_FOUND),
        Common::BadMember(_) => Some(StatusCode::UNPROCESSABLE_ENTITY),
        Common::NotDecodable(_)
        | Common::TooLarge
        | Common::BodyBroken(_)
        | Common::Violations(_)
        | Common::UnservedOperation(_)
        | Common::UnservedMember(_)
        | Common::Breakdown(_) => None,
    };
    let said = json_words::say(common, "ValidationException");
    match status {
        Some(StatusCode::UNAUTHORIZED) => said
            .with_status(StatusCode::UNAUTHORIZED)
            .with_header(header::WWW_AUTHENTICATE, HOW_TO_SIGN.to_owned()),
        Some(status) => said.with_status(status),
        None => said,
    }
}

/// How a request has to be signed.
const HOW_TO_SIGN: &str = "AWS4-HMAC-SHA256";

/// The answer to a method that an operation does not have.
pub(super) fn wrong_method() -> Said {
    Said::bad_request("MethodNotAllowedException", "the operations of this service are asked for with POST")
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
        .with_header(header::ALLOW, "POST".to_owned())
}

/// What an identity pool's no is called here: as AWS's service calls it, under a status that tells what is not there from
/// what cannot be done.
pub(super) fn fault_of(refusal: Refusal) -> Fault {
    match cognito_identity::fault_of(refusal) {
        Fault::Said(said) if said.code == "ResourceNotFoundException" => {
            said.with_status(StatusCode::NOT_FOUND).into()
        }
        Fault::Said(said) => said.with_status(StatusCode::UNPROCESSABLE_ENTITY).into(),
        common @ Fault::Common(_) => common,
    }
}

/// What cannot be done, although the request is well formed.
pub(super) fn unprocessable(message: &str) -> Said {
    Said::bad_request("InvalidParameterException", message).with_status(StatusCode::UNPROCESSABLE_ENTITY)
}
