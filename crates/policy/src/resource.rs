//! `Resource` and `NotResource`.

use crate::answer::Answer;
use crate::context::Context;
use crate::malformed::{Malformed, excerpt};
use crate::pattern::{Pattern, Syntax};

/// The resources a statement is about.
#[derive(Clone, Debug)]
pub(crate) struct Resources {
    patterns: Box<[ResourcePattern]>,
    /// `NotResource`: all but these.
    except: bool,
}

/// `*`, or the pattern of an ARN. A `*` in it crosses `/` and `:`, but never reaches another service.
#[derive(Clone, Debug)]
enum ResourcePattern {
    /// Partition and service are plain text in the pattern, or the pattern is `*`.
    Whole(Pattern),
    /// The partition has wildcards: it is matched by itself, and `rest` from the service on.
    AnyPartition { partition: Pattern, rest: Pattern },
}

impl Resources {
    /// Reads the patterns; `variables` says whether `${…}` means a variable in this document's version.
    pub(crate) fn read(texts: &[String], except: bool, variables: bool) -> Result<Resources, Malformed> {
        if texts.is_empty() {
            return Err(Malformed::NoResources);
        }
        let patterns =
            texts.iter().map(|text| ResourcePattern::parse(text, variables)).collect::<Result<_, _>>()?;
        Ok(Resources { patterns, except })
    }

    /// What is written, and whether all but that is meant; `None` for a pattern of any partition.
    pub(crate) fn listed(&self) -> (Vec<Option<&Pattern>>, bool) {
        (self.patterns.iter().map(ResourcePattern::whole).collect(), self.except)
    }

    /// Every pattern that is written in it.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns
            .iter()
            .flat_map(|pattern| match pattern {
                ResourcePattern::Whole(whole) => [Some(whole), None],
                ResourcePattern::AnyPartition { partition, rest } => [Some(partition), Some(rest)],
            })
            .flatten()
    }

    /// Whether the statement is about this resource.
    ///
    /// A pattern whose variable has no value matches nothing. What `NotResource` then leaves out is unknown: an Allow
    /// does not reach the resource, a Deny does.
    pub(crate) fn include(&self, resource: &str, context: &Context<'_>) -> Answer {
        let listed = Answer::any(self.patterns.iter().map(|pattern| pattern.matches(resource, context)));
        if self.except { listed.not() } else { listed.is_yes().into() }
    }

    /// The resources as they are listed; `not` stands before them if it is all but these.
    pub(crate) fn shown(&self) -> Vec<String> {
        let listed = self.patterns.iter().map(ResourcePattern::shown);
        if self.except { listed.map(|one| format!("not {one}")).collect() } else { listed.collect() }
    }
}

impl ResourcePattern {
    fn shown(&self) -> String {
        match self {
            ResourcePattern::Whole(pattern) => pattern.to_string(),
            ResourcePattern::AnyPartition { partition, rest } => format!("arn:{partition}:{rest}"),
        }
    }

    fn parse(text: &str, variables: bool) -> Result<ResourcePattern, Malformed> {
        if text == "*" {
            return Ok(ResourcePattern::Whole(Pattern::Anything));
        }
        let arn = text.strip_prefix("arn:").ok_or_else(|| Malformed::NotAnArn(excerpt(text)))?;
        let (partition, rest) = arn.split_once(':').ok_or(Malformed::ResourceVendor)?;
        let fields: Vec<&str> = rest.splitn(4, ':').collect();
        let service = fields.first().copied().unwrap_or("");
        if service.contains(['*', '?']) {
            return Err(Malformed::ResourceVendor);
        }
        let legacy = |why| Err(Malformed::legacy(format!("`{}` {why}", excerpt(text))));
        let complete = fields.len() == 4 || (fields.len() > 1 && text.ends_with('*'));
        if partition.is_empty() || service.is_empty() || !complete {
            return legacy("is no ARN");
        }
        let fixed = std::iter::once(partition).chain(fields.iter().copied().take(3));
        if variables && fixed.into_iter().any(|field| field.contains("${")) {
            return legacy("has a variable before the fifth colon");
        }
        let whole = Syntax { wildcards: true, variables };
        if partition.contains(['*', '?']) {
            let wildcards = Syntax { wildcards: true, variables: false };
            let partition = Pattern::parse(partition, wildcards)?;
            return Ok(ResourcePattern::AnyPartition { partition, rest: Pattern::parse(rest, whole)? });
        }
        Ok(ResourcePattern::Whole(Pattern::parse(text, whole)?))
    }

    fn whole(&self) -> Option<&Pattern> {
        match self {
            ResourcePattern::Whole(pattern) => Some(pattern),
            ResourcePattern::AnyPartition { .. } => None,
        }
    }

    fn matches(&self, resource: &str, context: &Context<'_>) -> Answer {
        match self {
            ResourcePattern::Whole(pattern) => pattern.matches(resource, context),
            ResourcePattern::AnyPartition { partition, rest } => {
                match resource.strip_prefix("arn:").and_then(|arn| arn.split_once(':')) {
                    Some((of, behind)) => {
                        partition.matches(of, context).and(|| rest.matches(behind, context))
                    }
                    None => Answer::No,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn included(pattern: &str, resource: &str) -> Answer {
        let context = Context::new().with("aws:userid", "me*");
        Resources::read(&[pattern.to_owned()], false, true).unwrap().include(resource, &context)
    }

    fn refused(pattern: &str) -> Malformed {
        Resources::read(&[pattern.to_owned()], false, true).unwrap_err()
    }

    #[test]
    fn a_star_crosses_slashes_and_colons() {
        assert_eq!(included("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b:c"), Answer::Yes);
        assert_eq!(included("arn:aws:s3:*", "arn:aws:s3:::b/a"), Answer::Yes);
        assert_eq!(included("arn:aws:s3:::b/*", "arn:aws:s3:::b"), Answer::No);
        assert_eq!(included("arn:aws:s3:::b/?", "arn:aws:s3:::b/ä"), Answer::Yes);
        assert_eq!(included("arn:aws:s3:::B", "arn:aws:s3:::b"), Answer::No);
    }

    #[test]
    fn a_wild_partition_does_not_reach_another_service() {
        assert_eq!(included("arn:*:s3:::b", "arn:aws-cn:s3:::b"), Answer::Yes);
        assert_eq!(included("arn:*:s3:::b", "arn:aws:dynamodb:::table/x:s3:::b"), Answer::No);
        assert_eq!(included("arn:aws*:s3:::b/${aws:userid}", "arn:aws:s3:::b/me*"), Answer::Yes);
        assert_eq!(included("arn:aws*:s3:::b/${aws:userid}", "arn:aws:s3:::b/me2"), Answer::No);
        assert_eq!(included("arn:*:s3:::b", "*"), Answer::No);
    }

    #[test]
    fn an_unresolved_variable_is_in_no_resource_and_leaves_not_resource_unknown() {
        let own = ["arn:aws:s3:::b/${k:sub}/*".to_owned()];
        let object = "arn:aws:s3:::b/x/y";
        let [listed, except] = [false, true].map(|except| Resources::read(&own, except, true).unwrap());
        assert_eq!(listed.include(object, &Context::new()), Answer::No);
        assert_eq!(except.include(object, &Context::new()), Answer::Unknown);
        assert_eq!(except.include("arn:aws:s3:::other", &Context::new()), Answer::Yes);
        assert_eq!(except.include(object, &Context::new().with("k:sub", "x")), Answer::No);
    }

    #[test]
    fn what_is_no_arn_is_refused() {
        for text in ["", "b", "**", "arn", "aws:s3:::b"] {
            assert!(matches!(refused(text), Malformed::NotAnArn(_)), "{text}");
        }
        for text in ["arn:", "arn:aws", "arn:aws:s*:::b", "arn:aws:*:::b"] {
            assert_eq!(refused(text), Malformed::ResourceVendor, "{text}");
        }
        for text in
            ["arn:aws:s3", "arn:aws:s3::b", "arn::s3:::b", "arn:aws::::b", "arn:aws:s3::${aws:userid}:b"]
        {
            assert!(matches!(refused(text), Malformed::LegacyParsing(_)), "{text}");
        }
        assert!(matches!(refused("arn:aws:s3:::${aws:userid"), Malformed::Variable { .. }));
    }
}
