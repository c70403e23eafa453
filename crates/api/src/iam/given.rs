//! What IAM is given in words of its own: ARNs of managed policies, and tags. They are read once, as they come; whoever needs
//! one hears then what is wrong with it.

use crate::fault::{Common, Fault, Said};
use domain::arn::PolicyArn;
use domain::tag::{BadTags, TagKey, TagValue, Tags};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The ARN of a managed policy, or what somebody took for one.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(super) struct GivenArn(Result<PolicyArn, String>);

impl From<String> for GivenArn {
    fn from(text: String) -> Self {
        Self(PolicyArn::parse(&text).map_err(|_| text))
    }
}

impl GivenArn {
    /// The policy that something is done to or with.
    pub(super) fn policy(&self) -> Result<&PolicyArn, Fault> {
        let no =
            |text: &String| Said::bad_request("InvalidInput", format!("ARN {text} is not valid.")).into();
        self.0.as_ref().map_err(no)
    }

    /// The policy that shall be a permissions boundary.
    pub(super) fn boundary(&self) -> Result<&PolicyArn, Fault> {
        let no = |text: &String| {
            let message = format!("Value ({text}) for parameter PermissionsBoundary is invalid.");
            Common::BadMember(message).into()
        };
        self.0.as_ref().map_err(no)
    }
}

/// A tag as it is given and shown.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Tag {
    key: String,
    value: String,
}

impl Tag {
    /// Tags as they are shown, in the order of their keys.
    pub(super) fn all(tags: &Tags) -> Vec<Self> {
        tags.iter().map(|(key, value)| Self { key: key.to_string(), value: value.to_string() }).collect()
    }

    /// Its key.
    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

/// The tags that something shall have, or why they cannot be.
#[derive(Deserialize)]
#[serde(from = "Vec<Tag>")]
pub(super) struct GivenTags(Result<Tags, String>);

impl Default for GivenTags {
    fn default() -> Self {
        Self(Ok(Tags::default()))
    }
}

impl From<Vec<Tag>> for GivenTags {
    fn from(given: Vec<Tag>) -> Self {
        let number = given.len();
        let read = || {
            let mut tags = BTreeMap::new();
            for Tag { key, value } in given {
                let key = TagKey::parse(&key).map_err(|no| no.to_string())?;
                tags.insert(key, TagValue::parse(&value).map_err(|no| no.to_string())?);
            }
            let is_whole = tags.len() == number;
            match Tags::try_from(tags) {
                Ok(tags) if is_whole => Ok(tags),
                Ok(_) | Err(BadTags::Alike(_)) => {
                    Err("Duplicate tag keys found. Please note that Tag keys are case insensitive."
                        .to_owned())
                }
                Err(BadTags::TooMany) => Err(BadTags::TooMany.to_string()),
            }
        };
        Self(read())
    }
}

impl GivenTags {
    /// The tags.
    pub(super) fn tags(&self) -> Result<&Tags, Fault> {
        self.0.as_ref().map_err(|message| Said::bad_request("InvalidInput", message.as_str()).into())
    }
}
