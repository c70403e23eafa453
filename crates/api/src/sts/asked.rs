//! What somebody asks of the operations of STS that issue sessions, in members that are alike in all of them.

use crate::fault::{Fault, Said};
use crate::members::Nested;
use broker::iam::passed::Passed;
use domain::arn::RoleArn;
use domain::tag::{BadTags, TagKey, TagValue, Tags};
use domain::text::NotA;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A managed policy that is passed for a session.
#[derive(Deserialize)]
pub(super) struct Descriptor {
    arn: Option<String>,
}

/// The managed policies that are passed.
pub(super) type Descriptors = Option<Vec<Nested<Descriptor>>>;

/// The ARNs of the managed policies that are passed.
pub(super) fn arns(descriptors: Descriptors) -> Vec<String> {
    descriptors.into_iter().flatten().filter_map(|Nested(Descriptor { arn })| arn).collect()
}

/// What is passed to narrow a session.
pub(super) fn passed<'a>(policy: Option<&'a String>, arns: &'a [String]) -> Passed<'a> {
    Passed { policy: policy.map(String::as_str), arns }
}

/// A session tag.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    value: String,
}

/// The tags that are asked for.
pub(super) fn tags(asked: Option<Vec<Nested<Tag>>>) -> Result<Tags, Fault> {
    let mut tags = BTreeMap::new();
    for Nested(Tag { key, value }) in asked.into_iter().flatten() {
        let value = TagValue::parse(&value).map_err(|why| not_a(&why))?;
        if tags.insert(self::key(&key)?, value).is_some() {
            return Err(duplicate());
        }
    }
    Tags::try_from(tags).map_err(|bad| match bad {
        BadTags::Alike(_) => duplicate(),
        BadTags::TooMany => Said::bad_request("ValidationError", "A session has at most 50 tags.").into(),
    })
}

/// The key of a tag.
pub(super) fn key(text: &str) -> Result<TagKey, Fault> {
    TagKey::parse(text).map_err(|why| not_a(&why))
}

fn duplicate() -> Fault {
    let message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    Said::bad_request("InvalidParameterValue", message).into()
}

fn not_a(why: &NotA) -> Fault {
    Said::bad_request("ValidationError", why.to_string()).into()
}

/// The ARN of a role.
pub(super) fn role(text: &str) -> Result<RoleArn, Fault> {
    RoleArn::parse(text).map_err(|_| Said::bad_request("ValidationError", "Request ARN is invalid").into())
}
