//! What is said of a signature that is not accepted, by every service but S3. Source: AWS general reference,
//! "Troubleshooting Signature Version 4", and what the services answer.

use broker::iam::authenticate::NotAuthenticated;
use domain::time::Timestamp;
use sigv4::Refused;

/// What a signature is refused for; each protocol has its own code for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// The access key or the session token is none of ours.
    UnknownKey,
    /// The session is over, or was revoked.
    Expired,
    /// The signature cannot be read.
    Incomplete,
    /// The signature is not right.
    Invalid,
}

/// The sort and AWS's message.
pub(crate) fn of(why: &NotAuthenticated) -> (Sort, String) {
    match why {
        NotAuthenticated::UnknownAccessKey
        | NotAuthenticated::InactiveAccessKey
        | NotAuthenticated::DamagedAccessKey
        | NotAuthenticated::BadToken => {
            (Sort::UnknownKey, "The security token included in the request is invalid.".to_owned())
        }
        NotAuthenticated::Expired(_) | NotAuthenticated::Outdated | NotAuthenticated::Ended(_) => {
            (Sort::Expired, "The security token included in the request is expired".to_owned())
        }
        NotAuthenticated::Signature(refused) => of_signature(refused),
    }
}

fn of_signature(refused: &Refused) -> (Sort, String) {
    match refused {
        Refused::InQuery(why) => of_signature(why),
        Refused::MissingDate => (
            Sort::Incomplete,
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.".to_owned(),
        ),
        Refused::Malformed(_)
        | Refused::RepeatedHeader(_)
        | Refused::HeaderAndQuery
        | Refused::MissingParameter(_)
        | Refused::RepeatedParameter(_)
        | Refused::MalformedExpires
        | Refused::ShortExpires
        | Refused::LongExpires
        | Refused::PresignedChunks
        | Refused::MalformedDate
        | Refused::MissingBodyHash
        | Refused::MalformedBodyHash => (Sort::Incomplete, format!("The signature cannot be read: {refused}.")),
        Refused::WrongDate { scope, request } => (
            Sort::Invalid,
            format!("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scope}' != '{request}'."),
        ),
        Refused::WrongRegion { given, .. } => {
            (Sort::Invalid, format!("Credential should be scoped to a valid region, not '{given}'."))
        }
        Refused::WrongService(given) => {
            (Sort::Invalid, format!("Credential should be scoped to the correct service, not '{given}'."))
        }
        Refused::Skewed { signed_at, now } | Refused::NotYetValid { signed_at, now } => {
            (Sort::Invalid, skewed(*signed_at, *now))
        }
        Refused::Expired { signed_at, expires, now } => {
            let (bound, span) = (now.saturating_sub((*expires).into()), format!("{expires} sec."));
            (Sort::Invalid, expired(*signed_at, bound, *now, &span))
        }
        Refused::UnsignedHeader(name) => {
            (Sort::Invalid, format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."))
        }
        Refused::AbsentHeader(_) | Refused::WrongBodyHash | Refused::SignatureMismatch => (
            Sort::Invalid,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. Consult the service documentation for details."
                .to_owned(),
        ),
    }
}

fn skewed(signed_at: i64, now: i64) -> String {
    const MINUTES: i64 = 15;
    if signed_at < now {
        return expired(signed_at, now - MINUTES * 60, now, &format!("{MINUTES} min."));
    }
    let (signed, bound, current) = (moment(signed_at), moment(now + MINUTES * 60), moment(now));
    format!("Signature not yet current: {signed} is still later than {bound} ({current} + {MINUTES} min.)")
}

fn expired(signed_at: i64, bound: i64, now: i64, span: &str) -> String {
    let (signed, bound, current) = (moment(signed_at), moment(bound), moment(now));
    format!("Signature expired: {signed} is now earlier than {bound} ({current} - {span})")
}

fn moment(secs: i64) -> String {
    Timestamp::from_secs(secs).rfc3339().replace(['-', ':'], "")
}
