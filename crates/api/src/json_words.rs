//! How AWS's JSON services say what can happen to every operation.

use crate::fault::{Common, Said};
use crate::signature_words::{self, Sort};
use http::StatusCode;

/// The words for it; a broken constraint of the model goes by a code of the service's own.
pub(crate) fn say(common: Common, violation: &'static str) -> Said {
    match common {
        Common::NotDecodable(why) => {
            Said::bad_request("SerializationException", why.wire_message().unwrap_or_default())
        }
        Common::TooLarge => {
            Said::bad_request("RequestEntityTooLargeException", "the request body is too large")
                .with_status(StatusCode::PAYLOAD_TOO_LARGE)
        }
        Common::BodyBroken(_) => {
            Said::bad_request("SerializationException", "the request body did not arrive whole")
        }
        Common::Violations(message) => Said::bad_request(violation, message),
        Common::BadMember(message) => Said::bad_request("InvalidParameterException", message),
        Common::UnknownOperation(_) => Said::bad_request("UnknownOperationException", ""),
        Common::UnservedOperation(name) => {
            Said::bad_request("NotImplementedException", format!("{name} is not served yet"))
        }
        Common::UnservedMember(name) => {
            Said::bad_request("InvalidParameterException", format!("{name} is not served yet"))
        }
        Common::Anonymous => {
            Said::bad_request("MissingAuthenticationTokenException", "Missing Authentication Token")
                .denied_because("nobody signed the request")
        }
        Common::NotAuthenticated(why) => {
            let (sort, message) = signature_words::of(&why);
            let code = match sort {
                Sort::UnknownKey => "UnrecognizedClientException",
                Sort::Expired => "ExpiredTokenException",
                Sort::Incomplete => "IncompleteSignatureException",
                Sort::Invalid => "InvalidSignatureException",
            };
            Said::bad_request(code, message).denied_because(why)
        }
        Common::NotAllowed(no) => {
            Said::bad_request("AccessDeniedException", no.message()).denied_because(no.why)
        }
        Common::Breakdown(why) => Said::bad_request("InternalErrorException", "").broken_by(&why),
    }
}
