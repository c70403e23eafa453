//! What the policy of a resource may be about: that resource, what lies within it, and the actions there are on them.

use crate::document::Document;
use crate::pattern::Pattern;

/// A resource that has a policy of its own, as a bucket has, and the actions there are.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// Its ARN. What lies within it is named by this, a slash and more.
    pub resource: &'a str,
    /// The actions on the resource itself.
    pub on_it: &'a [&'a str],
    /// The actions on what lies within it.
    pub within: &'a [&'a str],
}

/// Why a resource's policy is about something else. The message is what AWS says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfScope {
    /// An action that there is not.
    #[error("Policy has invalid action")]
    Action,
    /// Another resource, or all there are.
    #[error("Policy has invalid resource")]
    Resource,
    /// An action that is never asked for any of the resources beside it.
    #[error("Action does not apply to any resource(s) in statement")]
    Apart,
}

impl Document {
    /// Holds that a resource's policy is about that resource, and that each action it lists can be asked for one of the
    /// resources beside it.
    pub fn check_scope(&self, scope: &Scope<'_>) -> Result<(), OutOfScope> {
        self.statements().iter().try_for_each(|statement| {
            let (actions, excepts_actions) = statement.listed_actions();
            if !actions.iter().all(|action| scope.knows(action)) {
                return Err(OutOfScope::Action);
            }
            let (resources, excepts_resources) = statement.listed_resources();
            if !resources.iter().all(|resource| resource.is_some_and(|resource| scope.has(resource))) {
                return Err(OutOfScope::Resource);
            }
            let applies = |action: &Pattern| {
                (is_among(action, scope.on_it) && resources.iter().flatten().any(|one| scope.is_itself(one)))
                    || (is_among(action, scope.within)
                        && resources.iter().flatten().any(|one| scope.is_within(one)))
            };
            let is_listed = !excepts_actions && !excepts_resources;
            if is_listed && !actions.iter().all(applies) { Err(OutOfScope::Apart) } else { Ok(()) }
        })
    }
}

impl Scope<'_> {
    fn knows(&self, action: &Pattern) -> bool {
        is_among(action, self.on_it) || is_among(action, self.within)
    }

    /// Whether a pattern begins with the whole name of the resource.
    fn has(&self, pattern: &Pattern) -> bool {
        match pattern.head().strip_prefix(self.resource) {
            Some("") => true,
            Some(rest) => rest.starts_with('/'),
            None => false,
        }
    }

    /// Given a pattern that is of this resource.
    fn is_itself(&self, pattern: &Pattern) -> bool {
        pattern.head() == self.resource
    }

    /// Given a pattern that is of this resource.
    fn is_within(&self, pattern: &Pattern) -> bool {
        pattern.exact() != Some(self.resource)
    }
}

fn is_among(pattern: &Pattern, actions: &[&str]) -> bool {
    actions.iter().any(|action| pattern.matches_ignoring_ascii_case(action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Kind;

    const SCOPE: Scope<'_> = Scope {
        resource: "arn:aws:s3:::b",
        on_it: &["s3:ListBucket", "s3:GetBucketPolicy"],
        within: &["s3:GetObject", "s3:PutObject"],
    };

    fn check(actions: &str, resources: &str) -> Result<(), OutOfScope> {
        let text = format!(r#"{{"Statement":{{"Effect":"Deny","Principal":"*",{actions},{resources}}}}}"#);
        Document::parse(&text, Kind::Resource).unwrap().check_scope(&SCOPE)
    }

    #[test]
    fn a_policy_is_about_its_own_resource_and_what_lies_within() {
        for (actions, resource) in [
            (r#""s3:ListBucket""#, "arn:aws:s3:::b"),
            (r#""s3:GetObject""#, "arn:aws:s3:::b/*"),
            (r#""s3:getobject""#, "arn:aws:s3:::b/a"),
            (r#"["s3:ListBucket","s3:Get*"]"#, "arn:aws:s3:::b*"),
            (r#""*""#, "arn:aws:s3:::b"),
            (r#""s3:*""#, "arn:aws:s3:::b/x"),
        ] {
            let found = check(&format!(r#""Action":{actions}"#), &format!(r#""Resource":"{resource}""#));
            assert_eq!(found, Ok(()), "{actions} {resource}");
        }
        assert_eq!(
            check(r#""NotAction":"s3:GetObject""#, r#""NotResource":["arn:aws:s3:::b/public/*"]"#),
            Ok(())
        );
    }

    #[test]
    fn another_resource_is_refused_also_where_it_is_left_out() {
        for resource in [
            "*",
            "arn:aws:s3:::bb",
            "arn:aws:s3:::bb/*",
            "arn:aws:s3:::B/*",
            "arn:aws:s3:::*",
            "arn:aws:s3:::?/*",
            "arn:*:s3:::b/*",
            "arn:aws:s3:us-east-1::b",
            "arn:aws:sqs:::b",
        ] {
            for element in ["Resource", "NotResource"] {
                let found = check(r#""Action":"s3:*""#, &format!(r#""{element}":"{resource}""#));
                assert_eq!(found, Err(OutOfScope::Resource), "{element} {resource}");
            }
        }
    }

    #[test]
    fn an_action_that_there_is_not_is_refused() {
        for action in ["s3:Frob", "sqs:SendMessage", "s3:GetObjects", "s3:Frob*"] {
            for element in ["Action", "NotAction"] {
                let found = check(&format!(r#""{element}":"{action}""#), r#""Resource":"arn:aws:s3:::b/*""#);
                assert_eq!(found, Err(OutOfScope::Action), "{element} {action}");
            }
        }
    }

    #[test]
    fn an_action_beside_resources_that_it_is_never_asked_for_is_refused() {
        for (actions, resource) in [
            (r#""s3:ListBucket""#, "arn:aws:s3:::b/*"),
            (r#""s3:GetObject""#, "arn:aws:s3:::b"),
            (r#"["s3:GetObject","s3:ListBucket"]"#, "arn:aws:s3:::b/*"),
            (r#"["s3:*","s3:PutObject"]"#, "arn:aws:s3:::b"),
        ] {
            let found = check(&format!(r#""Action":{actions}"#), &format!(r#""Resource":"{resource}""#));
            assert_eq!(found, Err(OutOfScope::Apart), "{actions} {resource}");
        }
        let both = r#""Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"]"#;
        assert_eq!(check(r#""Action":["s3:GetObject","s3:ListBucket"]"#, both), Ok(()));
    }
}
