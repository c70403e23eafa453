//! Tags: what an administrator writes on a pool, a role or a user, and policies ask about.

use crate::text::text;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most tags that one thing may have. Source: AWS general reference, "Tag naming limits and requirements".
pub const MOST: usize = 50;

text!(
    /// The key of a tag: 1 to 128 letters, digits, spaces and `_.:/=+-@`. What begins with `aws:` is AWS's own.
    TagKey,
    "the key of a tag, which has letters, digits, spaces and _.:/=+-@ and does not begin with aws:",
    |text| is_tag_text(text, 128) && !text.is_empty() && !text.to_lowercase().starts_with("aws:")
);

text!(
    /// The value of a tag: up to 256 letters, digits, spaces and `_.:/=+-@`.
    TagValue,
    "the value of a tag, which has letters, digits, spaces and _.:/=+-@",
    |text| is_tag_text(text, 256)
);

fn is_tag_text(text: &str, most: usize) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || " _.:/=+-@".contains(letter);
    text.chars().count() <= most && text.chars().all(fits)
}

/// Why these cannot be the tags of one thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTags {
    /// They are too many.
    #[error("there are more than {MOST} tags")]
    TooMany,
    /// Policies could not tell two of them apart: the names of condition keys have no case.
    #[error("the keys of two tags differ from `{0}` in nothing but case")]
    Alike(TagKey),
}

/// The tags of one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "BTreeMap<TagKey, TagValue>", try_from = "BTreeMap<TagKey, TagValue>")]
pub struct Tags(BTreeMap<TagKey, TagValue>);

impl Tags {
    /// The tags, by their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&TagKey, &TagValue)> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether tags of these keys can stand beside each other.
    pub fn check_keys<'a>(keys: impl ExactSizeIterator<Item = &'a TagKey>) -> Result<(), BadTags> {
        if keys.len() > MOST {
            return Err(BadTags::TooMany);
        }
        let mut known = BTreeSet::new();
        for key in keys {
            if !known.insert(key.as_str().to_lowercase()) {
                return Err(BadTags::Alike(key.clone()));
            }
        }
        Ok(())
    }

    /// These, with others in the place of those that have their keys.
    pub fn with(&self, others: &Self) -> Result<Self, BadTags> {
        let mut tags = self.0.clone();
        tags.extend(others.0.clone());
        Self::try_from(tags)
    }

    /// These but for those of the keys.
    #[must_use]
    pub fn without(&self, keys: &TagKeys) -> Self {
        Self(self.0.clone().into_iter().filter(|(key, _)| !keys.0.contains(key)).collect())
    }

    /// These, with others in the place of those that have their keys, whatever their case.
    pub fn overridden_by(&self, others: &Self) -> Result<Self, BadTags> {
        self.without_any_case(others.0.keys()).with(others)
    }

    /// These but for those of the keys, whatever their case.
    #[must_use]
    pub fn without_any_case<'a>(&self, keys: impl Iterator<Item = &'a TagKey>) -> Self {
        let gone: BTreeSet<String> = keys.map(|key| key.as_str().to_lowercase()).collect();
        let stays = |(key, _): &(TagKey, TagValue)| !gone.contains(&key.as_str().to_lowercase());
        Self(self.0.clone().into_iter().filter(stays).collect())
    }

    /// Those that the others have not, or not with this value.
    #[must_use]
    pub fn beyond(&self, others: &Self) -> Self {
        let is_new = |(key, value): &(TagKey, TagValue)| others.0.get(key) != Some(value);
        Self(self.0.clone().into_iter().filter(is_new).collect())
    }

    /// The keys that the others have not.
    pub fn keys_beyond(&self, others: &Self) -> TagKeys {
        TagKeys(self.0.keys().filter(|key| !others.0.contains_key(key)).cloned().collect())
    }
}

/// The keys of tags: no more than a pool may have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeSet<TagKey>")]
pub struct TagKeys(BTreeSet<TagKey>);

impl TagKeys {
    /// The keys.
    pub fn iter(&self) -> impl Iterator<Item = &TagKey> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<BTreeSet<TagKey>> for TagKeys {
    type Error = BadTags;

    fn try_from(keys: BTreeSet<TagKey>) -> Result<Self, BadTags> {
        if keys.len() > MOST { Err(BadTags::TooMany) } else { Ok(Self(keys)) }
    }
}

impl TryFrom<BTreeMap<TagKey, TagValue>> for Tags {
    type Error = BadTags;

    fn try_from(tags: BTreeMap<TagKey, TagValue>) -> Result<Self, BadTags> {
        Self::check_keys(tags.keys())?;
        Ok(Self(tags))
    }
}

impl From<Tags> for BTreeMap<TagKey, TagValue> {
    fn from(tags: Tags) -> Self {
        tags.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Result<Tags, BadTags> {
        let parsed =
            pairs.iter().map(|(key, value)| (TagKey::parse(key).unwrap(), TagValue::parse(value).unwrap()));
        Tags::try_from(parsed.collect::<BTreeMap<_, _>>())
    }

    #[test]
    fn a_key_has_letters_of_any_script_and_is_not_awss_own() {
        for key in ["team", "Ünïversity team", "a_.:/=+-@9", "awsome", &"k".repeat(128)] {
            assert!(TagKey::parse(key).is_ok(), "{key}");
        }
        for key in ["", "aws:team", "AWS:team", "a*", "a\nb", "a;b", "$x", &"k".repeat(129)] {
            assert!(TagKey::parse(key).is_err(), "{key}");
        }
    }

    #[test]
    fn a_value_may_be_empty_and_awss_own() {
        for value in ["", "aws:value", &"ü".repeat(256)] {
            assert!(TagValue::parse(value).is_ok(), "{value}");
        }
        for value in ["*", "\u{0}", &"v".repeat(257)] {
            assert!(TagValue::parse(value).is_err(), "{value}");
        }
    }

    #[test]
    fn keys_that_policies_could_not_tell_apart_are_refused() {
        let alike = BadTags::Alike(TagKey::parse("team").unwrap());
        assert_eq!(tags(&[("Team", "a"), ("team", "b")]), Err(alike.clone()));
        assert_eq!(tags(&[("Team", "a")]).unwrap().with(&tags(&[("team", "b")]).unwrap()), Err(alike));
    }

    #[test]
    fn tags_of_iam_override_those_whose_keys_differ_in_case() {
        let old = tags(&[("Team", "a"), ("b", "2")]).unwrap();
        let new = old.overridden_by(&tags(&[("team", "c")]).unwrap()).unwrap();
        assert_eq!(new, tags(&[("b", "2"), ("team", "c")]).unwrap());
        assert_eq!(
            new.without_any_case([TagKey::parse("TEAM").unwrap()].iter()),
            tags(&[("b", "2")]).unwrap()
        );
    }

    #[test]
    fn there_are_fifty_at_most() {
        let numbered = |number: usize| -> BTreeMap<TagKey, TagValue> {
            let key = |n| TagKey::parse(&format!("key{n}")).unwrap();
            (0..number).map(|n| (key(n), TagValue::parse("").unwrap())).collect()
        };
        let most = Tags::try_from(numbered(50)).unwrap();
        assert_eq!(Tags::try_from(numbered(51)), Err(BadTags::TooMany));
        assert_eq!(most.with(&tags(&[("another", "")]).unwrap()), Err(BadTags::TooMany));
        assert_eq!(most.with(&tags(&[("key7", "new")]).unwrap()).unwrap().iter().count(), 50);
    }

    #[test]
    fn what_a_change_adds_and_removes_is_told() {
        let (old, new) = (
            tags(&[("a", "1"), ("b", "2"), ("c", "3")]).unwrap(),
            tags(&[("b", "2"), ("c", "4"), ("d", "")]).unwrap(),
        );
        assert_eq!(new.beyond(&old), tags(&[("c", "4"), ("d", "")]).unwrap());
        assert_eq!(old.keys_beyond(&new).iter().map(TagKey::as_str).collect::<Vec<_>>(), ["a"]);
        assert_eq!(old.without(&old.keys_beyond(&new)).with(&new.beyond(&old)), Ok(new));
    }
}
