//! Whom a policy lets in.

use super::written::Written;
use super::{Code, Findings};
use crate::malformed::excerpt;

const COGNITO: &str = "cognito-identity.amazonaws.com";
const AMR: &str = "cognito-identity.amazonaws.com:amr";
const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// Keys that tell who somebody is, so that a statement for everybody is not.
const WHO: [&str; 6] = [
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalorgid",
    "aws:userid",
    "aws:sourceaccount",
    "sts:externalid",
];

/// Looks at a statement of a trust policy.
pub(super) fn look(statement: &Written<'_>, found: &mut Findings) {
    anybody(statement, found);
    if !statement.allows() || !statement.read.includes(WEB_IDENTITY) {
        return;
    }
    for provider in statement.principals("Federated") {
        let issuer = provider.split_once(":oidc-provider/").map_or(provider.as_str(), |(_, url)| url);
        if issuer == COGNITO {
            of_cognito(statement, found);
        } else if !provider.contains(":saml-provider/") {
            of_provider(statement, issuer, found);
        }
    }
}

fn of_cognito(statement: &Written<'_>, found: &mut Findings) {
    if statement.read.exact_values_of("cognito-identity.amazonaws.com:aud").is_none() {
        found.add(
            Code::TrustAnyPool,
            "add the condition \"StringEquals\": {\"cognito-identity.amazonaws.com:aud\": \"<pool id>\"}, or identities \
             of other pools are let in",
        );
    }
    let of_guests = statement.read.exact_values_of_many(AMR).is_some();
    if !of_guests && !statement.read.shuts_out(AMR, "unauthenticated") {
        found.add(
            Code::TrustAnyState,
            "add the condition \"ForAnyValue:StringLike\": {\"cognito-identity.amazonaws.com:amr\": \"authenticated\"}, \
             or \"unauthenticated\" for a role of guests",
        );
    }
}

/// A provider of an organization's own says by `sub` alone whom of its users a role is for.
fn of_provider(statement: &Written<'_>, issuer: &str, found: &mut Findings) {
    let sub = match issuer {
        "graph.facebook.com" => "graph.facebook.com:id".to_owned(),
        "www.amazon.com" => "www.amazon.com:user_id".to_owned(),
        issuer => format!("{issuer}:sub"),
    };
    let names_somebody = statement.conditions().iter().any(|condition| {
        condition.key.eq_ignore_ascii_case(&sub)
            && statement.read.demands(&sub.to_lowercase())
            && condition.values.iter().all(|value| value != "*")
    });
    if !names_somebody {
        let (issuer, sub) = (excerpt(issuer), excerpt(&sub));
        found.add(
            Code::TrustAnySubject,
            format!("list in a condition on `{sub}` whom of `{issuer}` the role is for, or all its users are let in"),
        );
    }
}

/// Looks whether a statement lets in everybody.
pub(super) fn anybody(statement: &Written<'_>, found: &mut Findings) {
    let says_who = |key: &str| WHO.contains(&key.to_lowercase().as_str());
    let is_bound = statement.conditions().iter().any(|condition| says_who(condition.key));
    if statement.allows() && statement.names("AWS", "*") && !is_bound {
        found.add(
            Code::AnyPrincipal,
            "name the accounts, roles or users that are meant in the place of the principal `*`, or add a condition on \
             `aws:PrincipalArn`",
        );
    }
}
