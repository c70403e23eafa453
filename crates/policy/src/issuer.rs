//! Issuers that serve all the world: whoever trusts one must say whom of it.

use crate::condition::Condition;
use crate::malformed::Malformed;
use crate::pattern::Pattern;
use crate::principal::Principals;

/// An issuer whose tokens anybody can have.
struct Issuer {
    name: &'static str,
    /// The condition keys of which one tells whose token it is, in lower case, and as a message names them.
    keys: [&'static str; 2],
    named: &'static str,
    /// Whether a listed value names somebody, and how a message asks for that.
    names_somebody: fn(&Pattern) -> bool,
    how: &'static str,
}

/// Source: IAM user guide, "Creating a role for OpenID Connect federation"; AWS bulletin AWS-2024-003.
const FOR_EVERYBODY: [Issuer; 2] = [
    Issuer {
        name: "cognito-identity.amazonaws.com",
        keys: ["cognito-identity.amazonaws.com:aud", "cognito-identity.amazonaws.com:sub"],
        named: "`cognito-identity.amazonaws.com:aud` or `:sub`",
        names_somebody: |value| matches!(value, Pattern::Exact(_)),
        how: ", without wildcards and variables",
    },
    Issuer {
        name: "token.actions.githubusercontent.com",
        keys: [
            "token.actions.githubusercontent.com:sub",
            "token.actions.githubusercontent.com:job_workflow_ref",
        ],
        named: "`token.actions.githubusercontent.com:sub` or `:job_workflow_ref`",
        names_somebody: |value| !["", "repo:"].contains(&value.head()),
        how: ", each beginning with a name and not with a wildcard",
    },
];

/// Refuses an Allow of a trust policy that lets in whoever has a token of such an issuer.
pub(crate) fn check(principals: &Principals, conditions: &[Condition]) -> Result<(), Malformed> {
    for Issuer { name, keys, named, names_somebody, how } in FOR_EVERYBODY {
        let names_somebody = |values: &[Pattern]| values.iter().all(names_somebody);
        let is_bound = |condition: &Condition| {
            keys.into_iter().filter_map(|key| condition.demanded_of(key)).any(names_somebody)
        };
        if principals.trust_issuer(name) && !conditions.iter().any(is_bound) {
            return Err(Malformed::TrustsEverybody { issuer: name, keys: named, how });
        }
    }
    Ok(())
}
