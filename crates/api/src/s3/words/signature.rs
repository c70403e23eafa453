//! How S3 says that it does not know who signed a request. Source: S3 API reference, "Error responses" and
//! "Authenticating requests"; where they give a code without a text, the text is the one that S3 answers with.

use super::invalid_argument;
use crate::fault::Said;
use broker::iam::authenticate::NotAuthenticated;
use domain::time::Timestamp;
use http::StatusCode;
use sigv4::{Malformed, Refused};

const UNSUPPORTED: &str =
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
const TWO_MECHANISMS: &str = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature \
                              query string parameter or the Authorization header should be specified";
const MISSING_PARAMETER: &str = "Query-string authentication version 4 requires the X-Amz-Algorithm, \
                                 X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and \
                                 X-Amz-Expires parameters.";
const LONG_EXPIRES: &str = "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires \
                            must be less than 604800 seconds";
const BODY_HASHES: &str = "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
                           STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a \
                           valid sha256 value.";

/// S3's words for it.
pub(super) fn say(why: &NotAuthenticated) -> Said {
    let said = match why {
        NotAuthenticated::UnknownAccessKey
        | NotAuthenticated::InactiveAccessKey
        | NotAuthenticated::DamagedAccessKey => forbidden(
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        NotAuthenticated::BadToken => {
            Said::bad_request("InvalidToken", "The provided token is malformed or otherwise invalid.")
        }
        NotAuthenticated::Expired(_) | NotAuthenticated::Outdated | NotAuthenticated::Ended(_) => {
            Said::bad_request("ExpiredToken", "The provided token has expired.")
        }
        NotAuthenticated::Signature(refused) => of_signature(refused, Place::Header),
    };
    said.denied_because(why)
}

/// A signature that is not the right one, be it the request's, a chunk's or the trailers'.
pub(in crate::s3) fn mismatch(reason: impl ToString) -> Said {
    let message = "The request signature we calculated does not match the signature you provided. Check your key and \
                   signing method.";
    forbidden("SignatureDoesNotMatch", message).denied_because(reason)
}

/// Where a signature stands, which decides what a fault in it is called.
#[derive(Clone, Copy)]
enum Place {
    Header,
    Query,
}

fn of_signature(refused: &Refused, place: Place) -> Said {
    match refused {
        Refused::InQuery(why) => of_signature(why, Place::Query),
        Refused::Malformed(why) => of_malformed(why, place),
        Refused::WrongDate { scope, request } => credential(
            place,
            &format!(
                "Invalid credential date \"{scope}\". This date is not the same as X-Amz-Date: \"{request}\"."
            ),
        ),
        Refused::WrongRegion { given, expected } => Said {
            // SDKs read it and sign anew.
            details: [("Region", expected.clone())].into(),
            ..credential(place, &format!("the region '{given}' is wrong; expecting '{expected}'"))
        },
        Refused::WrongService(given) => {
            credential(place, &format!("incorrect service \"{given}\". This endpoint belongs to \"s3\"."))
        }
        Refused::MissingParameter(_) => parameters_error(MISSING_PARAMETER),
        Refused::MalformedExpires => parameters_error("X-Amz-Expires should be a number"),
        Refused::ShortExpires => parameters_error("X-Amz-Expires must be non-negative"),
        Refused::LongExpires => parameters_error(LONG_EXPIRES),
        Refused::RepeatedHeader(_) | Refused::RepeatedParameter(_) | Refused::PresignedChunks => {
            invalid_argument(refused.to_string())
        }
        Refused::HeaderAndQuery => authorization_argument(TWO_MECHANISMS),
        Refused::MissingDate | Refused::MalformedDate => no_date(place),
        Refused::Skewed { .. } => forbidden(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        Refused::Expired { signed_at, expires, now } => Said {
            details: [
                ("X-Amz-Expires", expires.to_string()),
                ("Expires", moment(signed_at.saturating_add((*expires).into()))),
                ("ServerTime", moment(*now)),
            ]
            .into(),
            ..forbidden("AccessDenied", "Request has expired")
        },
        Refused::NotYetValid { now, .. } => Said {
            details: [("ServerTime", moment(*now))].into(),
            ..forbidden("AccessDenied", "Request is not valid yet")
        },
        Refused::UnsignedHeader(name) => Said {
            details: [("HeadersNotSigned", name.clone())].into(),
            ..forbidden("AccessDenied", "There were headers present in the request which were not signed")
        },
        Refused::MissingBodyHash => {
            let message = "Missing required header for this request: x-amz-content-sha256";
            Said::bad_request("InvalidRequest", message)
        }
        Refused::MalformedBodyHash => invalid_argument(BODY_HASHES.to_owned()),
        Refused::WrongBodyHash => Said::bad_request(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
        // S3 signs a header that was not sent as an empty one.
        Refused::AbsentHeader(_) | Refused::SignatureMismatch => mismatch(refused),
    }
}

fn of_malformed(why: &Malformed, place: Place) -> Said {
    match (why, place) {
        (Malformed::SignatureV2 | Malformed::SignatureV4a, _) => {
            Said::bad_request("InvalidRequest", UNSUPPORTED)
        }
        (Malformed::Scheme, Place::Header) => authorization_argument("Unsupported Authorization Type"),
        (Malformed::Scheme, Place::Query) => {
            parameters_error("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"")
        }
        (Malformed::Credential, _) => credential(
            place,
            "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        ),
        (Malformed::SignedHeaders | Malformed::Signature | Malformed::ParameterValue(_), Place::Query) => {
            parameters_error(&format!("{why}."))
        }
        (_, _) => credential(place, &format!("{why}.")),
    }
}

/// A fault in the credential, as S3 calls it in this place.
fn credential(place: Place, what: &str) -> Said {
    match place {
        Place::Header => Said::bad_request(
            "AuthorizationHeaderMalformed",
            format!("The authorization header is malformed; {what}"),
        ),
        Place::Query => parameters_error(&format!("Error parsing the X-Amz-Credential parameter; {what}")),
    }
}

fn no_date(place: Place) -> Said {
    match place {
        Place::Header => {
            forbidden("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        }
        Place::Query => {
            parameters_error("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
        }
    }
}

fn parameters_error(message: &str) -> Said {
    Said::bad_request("AuthorizationQueryParametersError", message)
}

/// The value is not repeated, for it may be a secret of another scheme.
fn authorization_argument(message: &str) -> Said {
    let details = [("ArgumentName", "Authorization".to_owned())].into();
    Said { details, ..invalid_argument(message.to_owned()) }
}

fn forbidden(code: &'static str, message: &str) -> Said {
    Said::bad_request(code, message).with_status(StatusCode::FORBIDDEN)
}

fn moment(secs: i64) -> String {
    Timestamp::from_secs(secs).rfc3339()
}
