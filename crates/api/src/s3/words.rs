//! How S3 says what can happen to every operation. Source: S3 API reference, "Error responses".

mod signature;

pub(super) use signature::mismatch as signature_mismatch;

use crate::fault::{Common, Said};
use http::StatusCode;

/// S3's words for it.
pub(super) fn say(common: Common) -> Said {
    match common {
        Common::NotDecodable(why) => invalid_argument(why.to_string()),
        Common::TooLarge => Said::bad_request(
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed object size.",
        ),
        Common::BodyBroken(why) => Said {
            reason: why,
            ..Said::bad_request(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header.",
            )
        },
        Common::Violations(message) | Common::BadMember(message) => invalid_argument(message),
        Common::UnknownOperation(_) => method_not_allowed(),
        Common::UnservedOperation(name) => not_implemented(format!("{name} is not served yet")),
        Common::UnservedMember(name) => not_implemented(format!("{name} is not served yet")),
        Common::Anonymous => access_denied("nobody signed the request"),
        Common::NotAuthenticated(why) => signature::say(&why),
        Common::NotAllowed(no) => access_denied(no.why),
        Common::Breakdown(why) => {
            Said::bad_request("InternalError", "We encountered an internal error. Please try again.")
                .broken_by(&why)
        }
    }
}

/// A denial; the caller is not told why.
pub(super) fn access_denied(reason: impl ToString) -> Said {
    Said::bad_request("AccessDenied", "Access Denied")
        .with_status(StatusCode::FORBIDDEN)
        .denied_because(reason)
}

/// A parameter or header that is not what it should be.
pub(super) fn invalid_argument(message: String) -> Said {
    Said::bad_request("InvalidArgument", message)
}

/// A body that is not the document that the operation takes.
pub(super) fn malformed_xml(reason: String) -> Said {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    Said { reason, ..Said::bad_request("MalformedXML", message) }
}

/// A policy of a bucket that cannot be one: in S3's words, and beside them what is wrong.
pub(super) fn malformed_policy(message: &str, detail: String) -> Said {
    let reason = format!("{message}: {detail}");
    Said { details: [("Detail", detail)].into(), reason, ..Said::bad_request("MalformedPolicy", message) }
}

/// A bucket that has no policy.
pub(super) fn no_such_bucket_policy() -> Said {
    Said::bad_request("NoSuchBucketPolicy", "The bucket policy does not exist")
        .with_status(StatusCode::NOT_FOUND)
}

/// S3's words for a policy that is no JSON at all.
pub(super) const NO_JSON: &str = "Policies must be valid JSON and the first byte must be '{'";

/// A condition of the caller's that does not hold.
pub(super) fn precondition_failed() -> Said {
    Said::bad_request("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
        .with_status(StatusCode::PRECONDITION_FAILED)
}

/// A continuation token that this server did not make.
pub(super) fn bad_continuation_token() -> Said {
    invalid_argument("The continuation token provided is incorrect".to_owned())
}

/// Something that S3 has and this server does not.
pub(super) fn not_implemented(reason: String) -> Said {
    let message = "A header you provided implies functionality that is not implemented";
    Said { reason, ..Said::bad_request("NotImplemented", message).with_status(StatusCode::NOT_IMPLEMENTED) }
}

/// A method that nothing here answers to.
pub(super) fn method_not_allowed() -> Said {
    Said::bad_request("MethodNotAllowed", "The specified method is not allowed against this resource.")
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
}
