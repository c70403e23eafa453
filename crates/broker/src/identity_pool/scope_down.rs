//! What a guest may do at most, whatever their role allows.
//!
//! Source: Cognito developer guide, "IAM roles", section "Access policies for unauthenticated identities", and the AWS
//! managed policy AmazonCognitoUnAuthedIdentitiesSessionPolicy, version 4.

use domain::iam::session::SessionPolicy;

const INLINE: &str = include_str!("scope_down/inline.json");
const MANAGED: &str = include_str!("scope_down/managed.json");

/// The session policies of every guest of the enhanced flow; together they are a union.
pub fn policies() -> Vec<SessionPolicy> {
    let policy =
        |name: &str, document: &str| SessionPolicy { name: name.to_owned(), document: document.to_owned() };
    vec![
        policy("guest scope-down", INLINE),
        policy("arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy", MANAGED),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::{Document, Kind};

    #[test]
    fn the_guest_policies_are_session_policies_that_can_be_evaluated() {
        for policy in policies() {
            assert!(Document::parse(&policy.document, Kind::Session).is_ok(), "{}", policy.name);
        }
    }
}
