//! How S3 says what can happen to every operation. Source: S3 API reference, "Error responses".

use crate::fault::{Common, Said};
use broker::iam::authenticate::NotAuthenticated;
use http::StatusCode;
use sigv4::Refused;

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
        Common::NotAuthenticated(why) => of_authentication(&why),
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

fn of_authentication(why: &NotAuthenticated) -> Said {
    let said = match why {
        NotAuthenticated::UnknownAccessKey => Said::bad_request(
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        )
        .with_status(StatusCode::FORBIDDEN),
        NotAuthenticated::BadToken => {
            Said::bad_request("InvalidToken", "The provided token is malformed or otherwise invalid.")
        }
        NotAuthenticated::Expired(_) => Said::bad_request("ExpiredToken", "The provided token has expired."),
        NotAuthenticated::Signature(refused) => of_signature(refused),
    };
    said.denied_because(why)
}

fn of_signature(refused: &Refused) -> Said {
    let forbidden = |code, message: &str| Said::bad_request(code, message).with_status(StatusCode::FORBIDDEN);
    let header_malformed = |message: String| Said::bad_request("AuthorizationHeaderMalformed", message);
    match refused {
        Refused::Malformed(why) => {
            header_malformed(format!("The authorization header is malformed; {why}."))
        }
        Refused::WrongRegion { expected, .. } => Said {
            // SDKs read it and sign anew.
            details: vec![("Region", expected.clone())],
            ..header_malformed(format!("The authorization header is malformed; {refused}."))
        },
        Refused::WrongDate { .. } | Refused::WrongService(_) => {
            header_malformed(format!("The authorization header is malformed; {refused}."))
        }
        Refused::RepeatedHeader(_) | Refused::HeaderAndQuery => invalid_argument(refused.to_string()),
        Refused::QueryUnsupported => not_implemented(refused.to_string()),
        Refused::MissingDate | Refused::MalformedDate => forbidden(
            "AccessDenied",
            "AWS authentication requires a valid Date or x-amz-date header",
        ),
        Refused::Skewed { .. } => forbidden(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        Refused::UnsignedHeader(_) | Refused::AbsentHeader(_) => {
            forbidden("AccessDenied", "There were headers present in the request which were not signed")
        }
        Refused::MissingBodyHash => Said::bad_request(
            "InvalidRequest",
            "Missing required header for this request: x-amz-content-sha256",
        ),
        Refused::MalformedBodyHash => invalid_argument(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
             STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value."
                .to_owned(),
        ),
        Refused::WrongBodyHash => Said::bad_request(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
        Refused::SignatureMismatch => forbidden(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your key and \
             signing method.",
        ),
    }
}
