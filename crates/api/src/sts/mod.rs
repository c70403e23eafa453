//! AWS Security Token Service (`sts`, awsQuery).

pub mod assume_role_with_web_identity;
pub mod get_caller_identity;
mod issued;

use crate::cognito_identity::{CLASSIC_FLOW_IS_BLIND, CLASSIC_FLOW_OFF};
use crate::dispatch::Served;
use crate::fault::{Fault, Said};
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::query_words;
use crate::service::{Service, model};
use broker::diagnosis::Diagnosed;
use broker::iam::assume::AssumeRefused;
use broker::iam::web_identity::WebIdentityRefused;
use broker::identity_pool::Refusal;
use http::StatusCode;
use login::LoginRefused;

const OPERATIONS: &[Served] = &[
    Served::of::<assume_role_with_web_identity::AssumeRoleWithWebIdentity>(),
    Served::of::<get_caller_identity::GetCallerIdentity>(),
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

/// What is wrong with a token, in the words of AWS where they are known. Source: spec of STS and IAM, section 2.
fn of_token(refused: LoginRefused) -> Fault {
    let invalid = |message: String| Said::bad_request("InvalidIdentityToken", message);
    let said = match &refused {
        LoginRefused::NotAToken(_) | LoginRefused::NotAnIdToken(_) => invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
                .to_owned(),
        ),
        LoginRefused::Issuer { found: issuer, .. } => {
            invalid(format!("No OpenIDConnect provider found in your account for {issuer}"))
        }
        LoginRefused::MissingClaim(claim) => invalid(format!("Missing a required claim: {claim}")),
        LoginRefused::AccessToken => invalid("Missing a required claim: aud".to_owned()),
        LoginRefused::UnknownKey(_) => invalid(
            "Couldn't retrieve verification key from your identity provider, please reference \
             AssumeRoleWithWebIdentity documentation for requirements"
                .to_owned(),
        ),
        LoginRefused::Algorithm(_) | LoginRefused::Signature => {
            invalid("Couldn't verify signed token.".to_owned())
        }
        LoginRefused::NotYetValid(_) => invalid("Token is not valid yet.".to_owned()),
        LoginRefused::Audience { .. } => invalid("Incorrect token audience".to_owned()),
        LoginRefused::Expired { now, expired } => Said::bad_request(
            "ExpiredTokenException",
            format!(
                "Token expired: current date/time {} must be before the expiration date/time {}",
                now.secs(),
                expired.secs()
            ),
        ),
        LoginRefused::Revoked(_) => rejected("Token is revoked."),
    };
    let diagnosis = refused.diagnosis();
    Fault::from(said.denied_because(refused)).diagnosed(diagnosis)
}

/// What a no of [`assume`](broker::iam::web_identity::assume) is called on the wire.
fn fault_of(refused: WebIdentityRefused) -> Fault {
    let diagnosis = refused.diagnosis();
    Fault::from(said_of(refused)).diagnosed(diagnosis)
}

fn said_of(refused: WebIdentityRefused) -> Said {
    let reason = refused.to_string();
    match refused {
        WebIdentityRefused::NotVouched(Refusal::ClassicFlowOff) => {
            rejected(CLASSIC_FLOW_OFF).denied_because(reason)
        }
        WebIdentityRefused::NotVouched(Refusal::RoleMapped(_)) => {
            rejected(CLASSIC_FLOW_IS_BLIND).denied_because(reason)
        }
        WebIdentityRefused::NotVouched(_) => {
            rejected("The identity is no longer what the token says.").denied_because(reason)
        }
        WebIdentityRefused::Policy(why) => Said {
            reason: format!("{reason} {}", why.detail().unwrap_or_default()),
            ..Said::bad_request("MalformedPolicyDocument", why.to_string())
        },
        WebIdentityRefused::TooLarge(percent) => Said::bad_request(
            "PackedPolicyTooLarge",
            format!("Packed policy consumes {percent}% of allotted space, please use smaller policy."),
        ),
        WebIdentityRefused::Role(AssumeRefused::TagsTooLarge { percent }) => Said::bad_request(
            "PackedPolicyTooLarge",
            format!("Packed size of session tags consumes {percent}% of allotted space."),
        ),
        WebIdentityRefused::Role(AssumeRefused::NotTaggable { .. }) => {
            forbidden("AccessDenied", "Not authorized to perform sts:TagSession").denied_because(reason)
        }
        WebIdentityRefused::Role(AssumeRefused::TooLong(_)) => Said::bad_request(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ),
        // Whether there is such a role is nobody's business.
        WebIdentityRefused::Role(
            AssumeRefused::NoSuchRole(_)
            | AssumeRefused::NotTrusted { .. }
            | AssumeRefused::Open { .. }
            | AssumeRefused::Malformed { .. },
        ) => forbidden("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
            .denied_because(reason),
    }
}

/// The pool does not stand by the token.
fn rejected(message: &str) -> Said {
    forbidden("IDPRejectedClaim", message)
}

fn forbidden(code: &'static str, message: &str) -> Said {
    Said::bad_request(code, message).with_status(StatusCode::FORBIDDEN)
}
