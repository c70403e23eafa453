//! The words of STS for what it refuses. Source: spec of STS and IAM, section 2.

use crate::cognito_identity::{CLASSIC_FLOW_IS_BLIND, CLASSIC_FLOW_OFF, NOT_ISSUED};
use crate::fault::{Common, Fault, NotAllowed, Said};
use broker::diagnosis::Diagnosed;
use broker::iam::access::AccessRefused;
use broker::iam::assume::AssumeRefused;
use broker::iam::assume_role::{AssumeRoleRefused, NotTrusted};
use broker::iam::long_term::NotMade;
use broker::iam::passed::NotPassed;
use broker::iam::web_identity::WebIdentityRefused;
use broker::identity_pool::Refusal;
use http::StatusCode;
use login::LoginRefused;

const TOO_LONG: &str = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";

/// What a no of [`assume_role`](broker::iam::assume_role::assume_role) is called on the wire.
pub(super) fn of_role(refused: AssumeRoleRefused, caller: String) -> Fault {
    let reason = refused.to_string();
    let said = match refused {
        AssumeRoleRefused::NotIssued(_) => forbidden("AccessDenied", NOT_ISSUED).denied_because(reason),
        AssumeRoleRefused::Root => {
            forbidden("AccessDenied", "Roles may not be assumed by root accounts.").denied_because(reason)
        }
        AssumeRoleRefused::Caller(why) => return not_allowed(caller, "sts:AssumeRole", why),
        AssumeRoleRefused::NotAllowed { action, role, why } => {
            // Whether there is such a role, and what it says, is nobody's business.
            let message =
                format!("User: {caller} is not authorized to perform: {action} on resource: {role}");
            match why {
                NotTrusted::NoSuchRole | NotTrusted::Malformed(_) | NotTrusted::Denied(_) => {
                    forbidden("AccessDenied", &message).denied_because(reason)
                }
            }
        }
        AssumeRoleRefused::NotAmongTags(_) => Said::bad_request(
            "InvalidParameterValue",
            "The specified transitive tag key must be included in the requested tags.",
        ),
        AssumeRoleRefused::Inherited(_) => Said::bad_request(
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from \
             the calling session.",
        ),
        AssumeRoleRefused::OtherSourceIdentity => Said::bad_request(
            "ValidationError",
            "The source identity is already set for this assume role session",
        ),
        AssumeRoleRefused::Passed(why) => of_passed(&why),
        AssumeRoleRefused::TagsTooLarge(percent) => tags_too_large(percent),
        AssumeRoleRefused::TooLong(_) => Said::bad_request("ValidationError", TOO_LONG),
        AssumeRoleRefused::TooLongForChained => Said::bad_request(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ),
        AssumeRoleRefused::TooFarDown => Said {
            reason,
            ..Said::bad_request("PackedPolicyTooLarge", "Serialized token too large for session")
        },
    };
    said.into()
}

/// What a no to a session of a long-term key's holder is called on the wire.
pub(super) fn of_long_term(refused: NotMade, caller: String) -> Fault {
    match refused {
        NotMade::Session(action) => not_allowed(caller, action, AccessRefused::NotBySession(action)),
        NotMade::NotIssued(why) => forbidden("AccessDenied", NOT_ISSUED).denied_because(why).into(),
        NotMade::Passed(why) => of_passed(&why).into(),
        NotMade::TagsTooLarge(percent) => tags_too_large(percent).into(),
    }
}

fn not_allowed(caller: String, action: &'static str, why: AccessRefused) -> Fault {
    Common::NotAllowed(NotAllowed {
        caller,
        action,
        resource: "*".to_owned(),
        why,
        is_scoped_down: false,
        encoded: None,
    })
    .into()
}

/// Refuses a second factor: there are no devices that could show one, so none is right.
pub(super) fn second_factor(serial: Option<&String>, code: Option<&String>) -> Result<(), Fault> {
    if serial.is_none() && code.is_none() {
        return Ok(());
    }
    let message = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number \
                   is valid and associated with this user.";
    Err(forbidden("AccessDenied", message).denied_because("there are no second factors here").into())
}

/// A source identity that somebody may choose: those that begin with `aws:` are AWS's own.
pub(super) fn own_source_identity(asked: Option<&str>) -> Result<Option<&str>, Fault> {
    match asked {
        Some(text) if text.to_lowercase().starts_with("aws:") => {
            let message = "a source identity does not begin with aws:";
            Err(Said::bad_request("ValidationError", message).into())
        }
        Some(_) | None => Ok(asked),
    }
}

fn of_passed(refused: &NotPassed) -> Said {
    match refused {
        NotPassed::TooMany(_) => Said::bad_request(
            "ValidationError",
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: Member must have length \
             less than or equal to 10",
        ),
        NotPassed::NoSuchPolicy(arn) => Said::bad_request(
            "MalformedPolicyDocument",
            format!("Policy {arn} does not exist or is not attachable."),
        ),
        NotPassed::Malformed { why, .. } => Said {
            reason: format!("{refused} {}", why.detail().unwrap_or_default()),
            ..Said::bad_request("MalformedPolicyDocument", why.to_string())
        },
        NotPassed::TooLarge(percent) => Said::bad_request(
            "PackedPolicyTooLarge",
            format!("Packed policy consumes {percent}% of allotted space, please use smaller policy."),
        ),
    }
}

fn tags_too_large(percent: usize) -> Said {
    Said::bad_request(
        "PackedPolicyTooLarge",
        format!("Packed size of session tags consumes {percent}% of allotted space."),
    )
}

/// What is wrong with a token, in the words of AWS where they are known. Source: spec of STS and IAM, section 2.
pub(super) fn of_token(refused: LoginRefused) -> Fault {
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
pub(super) fn of_web_identity(refused: WebIdentityRefused) -> Fault {
    let diagnosis = refused.diagnosis();
    Fault::from(said_of_web_identity(refused)).diagnosed(diagnosis)
}

fn said_of_web_identity(refused: WebIdentityRefused) -> Said {
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
        WebIdentityRefused::Passed(why) => of_passed(&why),
        WebIdentityRefused::Role(AssumeRefused::TagsTooLarge { percent }) => tags_too_large(percent),
        WebIdentityRefused::Role(AssumeRefused::NotTaggable { .. }) => {
            forbidden("AccessDenied", "Not authorized to perform sts:TagSession").denied_because(reason)
        }
        WebIdentityRefused::Role(AssumeRefused::TooLong(_)) => Said::bad_request("ValidationError", TOO_LONG),
        WebIdentityRefused::Role(AssumeRefused::NotIssued(_)) => {
            forbidden("AccessDenied", NOT_ISSUED).denied_because(reason)
        }
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
