//! `Action` and `NotAction`.

use crate::malformed::{Malformed, excerpt};
use crate::pattern::{Pattern, Syntax, shown};

/// The actions a statement is about.
#[derive(Clone, Debug)]
pub(crate) struct Actions {
    patterns: Box<[Pattern]>,
    /// `NotAction`: all but these.
    except: bool,
}

/// All that a trust policy can be about.
const TRUST: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    WITH_WEB_IDENTITY,
    "sts:TagSession",
    "sts:SetSourceIdentity",
    "sts:SetContext",
];
const WITH_WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

impl Actions {
    pub(crate) fn read(texts: &[String], except: bool) -> Result<Actions, Malformed> {
        if texts.is_empty() {
            return Err(Malformed::NoActions);
        }
        let patterns = texts.iter().map(|text| pattern(text)).collect::<Result<_, _>>()?;
        Ok(Actions { patterns, except })
    }

    /// As [`Actions::read`] for a trust policy: the actions that assume the role, each in full.
    pub(crate) fn read_trust(texts: &[String]) -> Result<Actions, Malformed> {
        let actions = Actions::read(texts, false)?;
        let allowed = |text: &String| TRUST.iter().any(|action| action.eq_ignore_ascii_case(text));
        if texts.iter().all(allowed) { Ok(actions) } else { Err(Malformed::NotATrustAction) }
    }

    /// Whether the statement is about an action, in any case.
    pub(crate) fn include(&self, action: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches_ignoring_ascii_case(action)) != self.except
    }

    /// What is written, and whether all but that is meant.
    pub(crate) fn listed(&self) -> (&[Pattern], bool) {
        (&self.patterns, self.except)
    }

    /// The actions as they are listed; `not` stands before them if it is all but these.
    pub(crate) fn shown(&self) -> Vec<String> {
        shown(&self.patterns, self.except)
    }

    pub(crate) fn include_web_identity(&self) -> bool {
        self.include(WITH_WEB_IDENTITY)
    }
}

/// `*` or `service:action`, the action with wildcards.
fn pattern(text: &str) -> Result<Pattern, Malformed> {
    if text != "*" {
        let (service, action) = text.split_once(':').ok_or(Malformed::NoVendor)?;
        let of_service = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let of_action = |c: char| of_service(c) || matches!(c, '_' | '*' | '?');
        if service.is_empty() {
            return Err(Malformed::NoVendor);
        }
        if !service.chars().all(of_service) {
            return Err(Malformed::InvalidVendor(excerpt(service)));
        }
        if action.contains(':') {
            return Err(Malformed::SecondColon);
        }
        if action.is_empty() || !action.chars().all(of_action) {
            return Err(Malformed::wrong(
                "Action",
                "`*` or `service:action`, with wildcards in the action only",
            ));
        }
    }
    Pattern::parse(text, Syntax { wildcards: true, variables: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(texts: &[&str]) -> Result<Actions, Malformed> {
        Actions::read(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>(), false)
    }

    #[test]
    fn wildcards_stand_anywhere_behind_the_service() {
        let listed = actions(&["s3:Get*", "s3:?ut*Acl"]).unwrap();
        for (action, included) in [
            ("s3:GetObject", true),
            ("S3:getOBJECT", true),
            ("s3:PUTobjectacl", true),
            ("s3:PutObject", false),
            ("sqs:GetQueueUrl", false),
            ("s3:Ge", false),
        ] {
            assert_eq!(listed.include(action), included, "{action}");
        }
    }

    #[test]
    fn an_action_needs_a_service_without_wildcards() {
        for text in ["GetObject", ":GetObject", "", "**"] {
            assert_eq!(actions(&[text]).unwrap_err(), Malformed::NoVendor, "{text}");
        }
        for text in ["*:*", "s*:GetObject", "s3 :Get"] {
            assert!(matches!(actions(&[text]), Err(Malformed::InvalidVendor(_))), "{text}");
        }
        for text in ["s3:", "s3:${x}", "s3:Get Object", "s3:Gét"] {
            assert!(matches!(actions(&[text]), Err(Malformed::Wrong { .. })), "{text}");
        }
        for text in ["s3:a:b", "s3:${x:y}"] {
            assert_eq!(actions(&[text]).unwrap_err(), Malformed::SecondColon, "{text}");
        }
        assert_eq!(actions(&[]).unwrap_err(), Malformed::NoActions);
    }
}
