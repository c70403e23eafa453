//! How STS and IAM say what can happen to every operation. Source: STS and IAM API references, "Common errors".

use crate::fault::{Common, Said};
use crate::signature_words::{self, Sort};
use broker::iam::access::AccessRefused;
use http::StatusCode;

/// The words for it.
pub(crate) fn say(common: Common) -> Said {
    let forbidden =
        |code, message: String| Said::bad_request(code, message).with_status(StatusCode::FORBIDDEN);
    match common {
        Common::NotDecodable(why) => Said::bad_request("MalformedInput", why.to_string()),
        Common::TooLarge => Said::bad_request("RequestEntityTooLarge", "the request body is too large")
            .with_status(StatusCode::PAYLOAD_TOO_LARGE),
        Common::BodyBroken(_) => Said::bad_request("MalformedInput", "the request body did not arrive whole"),
        Common::Violations(message) | Common::BadMember(message) => {
            Said::bad_request("ValidationError", message)
        }
        Common::UnknownOperation(message) => Said::bad_request("InvalidAction", message),
        Common::UnservedOperation(name) => {
            Said::bad_request("NotImplemented", format!("{name} is not served yet"))
                .with_status(StatusCode::NOT_IMPLEMENTED)
        }
        Common::UnservedMember(name) => {
            Said::bad_request("NotImplemented", format!("{name} is not served yet"))
                .with_status(StatusCode::NOT_IMPLEMENTED)
        }
        Common::Anonymous => {
            forbidden("MissingAuthenticationToken", "Request is missing Authentication Token".to_owned())
                .denied_because("nobody signed the request")
        }
        Common::NotAuthenticated(why) => {
            let (sort, message) = signature_words::of(&why);
            let said = match sort {
                Sort::UnknownKey => forbidden("InvalidClientTokenId", message),
                Sort::Expired => forbidden("ExpiredToken", message),
                Sort::Incomplete => Said::bad_request("IncompleteSignature", message),
                Sort::Invalid => forbidden("SignatureDoesNotMatch", message),
            };
            said.denied_because(why)
        }
        Common::NotAllowed(no) => match no.why {
            AccessRefused::NotBySession(action) => not_by_session(action).denied_because(no.why),
            AccessRefused::Denied { .. }
            | AccessRefused::Ended(_)
            | AccessRefused::RoleGone(_)
            | AccessRefused::UserGone(_)
            | AccessRefused::GroupGone(_)
            | AccessRefused::PolicyGone(_)
            | AccessRefused::Malformed { .. } => {
                forbidden("AccessDenied", no.message()).denied_because(no.why)
            }
        },
        Common::Breakdown(why) => {
            Said::bad_request("ServiceFailure", "The request failed because of an internal error.")
                .broken_by(&why)
        }
    }
}

/// What is said to credentials of a kind that the service, or the operation, does not take. Source: spec of STS and IAM,
/// section 2; of IAM, reported by users.
fn not_by_session(action: &str) -> Said {
    let said = match action.strip_prefix("sts:") {
        Some(name) => {
            Said::bad_request("AccessDenied", format!("Cannot call {name} with session credentials"))
        }
        None => {
            Said::bad_request("InvalidClientTokenId", "The security token included in the request is invalid")
        }
    };
    said.with_status(StatusCode::FORBIDDEN)
}
