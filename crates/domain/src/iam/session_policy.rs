//! The policies that narrow a session.
//!
//! A session's token holds them whole, but for those that this program itself knows: they are there by their names,
//! which keeps the tokens of guests short.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::borrow::Cow;

/// What guests may do at most at AWS; together a union. Source: Cognito developer guide, "IAM roles", section "Access
/// policies for unauthenticated identities", and the AWS managed policy AmazonCognitoUnAuthedIdentitiesSessionPolicy,
/// version 4.
pub const GUESTS: [SessionPolicy; 2] = [
    SessionPolicy::known("guest scope-down", include_str!("session_policy/guest_inline.json")),
    SessionPolicy::known(
        "arn:aws:iam::aws:policy/AmazonCognitoUnAuthedIdentitiesSessionPolicy",
        GUEST_MANAGED,
    ),
];

/// The text of the second of them.
pub const GUEST_MANAGED: &str = include_str!("session_policy/guest_managed.json");

/// A session policy and the name an operator knows it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionPolicy {
    /// Its name in traces.
    pub name: Cow<'static, str>,
    /// The text of its document; borrowed where this program knows it by its name.
    #[serde(skip_serializing_if = "is_known")]
    pub document: Cow<'static, str>,
}

impl SessionPolicy {
    /// A policy that somebody wrote.
    pub fn written(name: String, document: String) -> Self {
        Self { name: name.into(), document: document.into() }
    }

    const fn known(name: &'static str, document: &'static str) -> Self {
        Self { name: Cow::Borrowed(name), document: Cow::Borrowed(document) }
    }
}

#[expect(clippy::ptr_arg, reason = "whether it is borrowed is the question")]
fn is_known(document: &Cow<'static, str>) -> bool {
    matches!(document, Cow::Borrowed(_))
}

impl<'de> Deserialize<'de> for SessionPolicy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Read {
            name: String,
            document: Option<String>,
        }
        let Read { name, document } = Read::deserialize(deserializer)?;
        match document {
            Some(document) => Ok(Self::written(name, document)),
            None => GUESTS
                .into_iter()
                .find(|known| known.name == name)
                .ok_or_else(|| D::Error::custom("a policy without a document")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reread(policy: &SessionPolicy) -> SessionPolicy {
        serde_json::from_str(&serde_json::to_string(policy).unwrap()).unwrap()
    }

    #[test]
    fn what_this_program_knows_is_kept_by_its_name_alone_and_read_whole() {
        for known in GUESTS {
            assert!(serde_json::to_string(&known).unwrap().len() < 100);
            assert_eq!(reread(&known), known);
            assert!(known.document.len() > 500);
        }
    }

    #[test]
    fn what_somebody_wrote_is_kept_whole_whatever_its_name() {
        let written = SessionPolicy::written(GUESTS[0].name.to_string(), "{}".to_owned());
        assert_eq!(reread(&written), written);
        let copied = SessionPolicy::written(GUESTS[0].name.to_string(), GUESTS[0].document.to_string());
        assert!(serde_json::to_string(&copied).unwrap().contains("cloudwatch"));
    }

    #[test]
    fn a_name_that_this_program_does_not_know_stands_for_nothing() {
        assert!(serde_json::from_str::<SessionPolicy>(r#"{"name":"made up"}"#).is_err());
    }
}
