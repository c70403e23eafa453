//! `Action` and `NotAction`.

use crate::answer::Answer;
use crate::context::Context;
use crate::malformed::Malformed;
use crate::pattern::{Pattern, Syntax};

/// The actions a statement is about.
#[derive(Clone, Debug)]
pub(crate) struct Actions {
    patterns: Box<[Pattern]>,
    /// `NotAction`: all but these.
    except: bool,
}

/// All that a trust policy can be about.
const TRUST: [&str; 5] = [
    "sts:assumerole",
    "sts:assumerolewithsaml",
    WITH_WEB_IDENTITY,
    "sts:tagsession",
    "sts:setsourceidentity",
];
const WITH_WEB_IDENTITY: &str = "sts:assumerolewithwebidentity";

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
        let allowed = |text: &String| TRUST.contains(&text.to_ascii_lowercase().as_str());
        if texts.iter().all(allowed) { Ok(actions) } else { Err(Malformed::NotATrustAction) }
    }

    /// Whether the statement is about an action given in lower case.
    pub(crate) fn include(&self, lowered: &str) -> Answer {
        // Actions hold no variables, so no context can matter.
        let context = Context::new();
        let listed = Answer::any(self.patterns.iter().map(|pattern| pattern.matches(lowered, &context)));
        if self.except { listed.not() } else { listed }
    }

    pub(crate) fn include_web_identity(&self) -> bool {
        self.include(WITH_WEB_IDENTITY).is_yes()
    }
}

/// `*` or `service:action`, the action with wildcards. Lowered, for actions know no case.
fn pattern(text: &str) -> Result<Pattern, Malformed> {
    let lowered = text.to_ascii_lowercase();
    if lowered != "*" {
        let (service, action) = lowered.split_once(':').ok_or(Malformed::NoVendor)?;
        let of_service = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let of_action = |c: char| of_service(c) || matches!(c, '_' | '*' | '?');
        if service.is_empty() || !service.chars().all(of_service) {
            return Err(Malformed::NoVendor);
        }
        if action.is_empty() || !action.chars().all(of_action) {
            return Err(Malformed::wrong(
                "Action",
                "`*` or `service:action`, with wildcards in the action only",
            ));
        }
    }
    Pattern::parse(&lowered, Syntax { wildcards: true, variables: false })
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
        assert_eq!(listed.include("s3:getobject"), Answer::Yes);
        assert_eq!(listed.include("s3:putobjectacl"), Answer::Yes);
        assert_eq!(listed.include("s3:putobject"), Answer::No);
        assert_eq!(listed.include("sqs:getqueueurl"), Answer::No);
    }

    #[test]
    fn an_action_needs_a_service_without_wildcards() {
        for text in ["GetObject", "*:*", "s*:GetObject", ":GetObject", "", "**", "s3 :Get"] {
            assert_eq!(actions(&[text]).unwrap_err(), Malformed::NoVendor, "{text}");
        }
        for text in ["s3:", "s3:${x:y}", "s3:Get Object", "s3:a:b"] {
            assert!(matches!(actions(&[text]), Err(Malformed::Wrong { .. })), "{text}");
        }
        assert_eq!(actions(&[]).unwrap_err(), Malformed::NoActions);
    }
}
