//! What is known about a request, by condition key.

use std::borrow::Cow;

/// The condition keys of a request and their values.
///
/// Key names are compared without regard to case, as AWS does; a key given twice keeps the last. Keys already in lower
/// case and values that outlive the context are borrowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context<'a> {
    keys: Vec<(Cow<'a, str>, Values<'a>)>,
}

/// The value of a condition key, or its values: AWS fixes per key which of the two it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values<'a> {
    /// A single-valued key, as `aws:userid`; only these fill in policy variables.
    One(Cow<'a, str>),
    /// A multivalued key, as `cognito-identity.amazonaws.com:amr`, even if it has one value today; never empty.
    Many(Vec<Cow<'a, str>>),
}

impl<'a> Values<'a> {
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Cow<'a, str>> {
        match self {
            Values::One(value) => std::slice::from_ref(value).iter(),
            Values::Many(values) => values.iter(),
        }
    }
}

impl<'a> Context<'a> {
    /// Nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// This and a single-valued key.
    #[must_use]
    pub fn with(mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        self.insert(key, value);
        self
    }

    /// This and a multivalued key.
    #[must_use]
    pub fn with_many<V: Into<Cow<'a, str>>>(
        mut self,
        key: impl Into<Cow<'a, str>>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.insert_many(key, values);
        self
    }

    /// Adds a single-valued key.
    pub fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.put(lowered(key.into()), Some(Values::One(value.into())));
    }

    /// Adds a multivalued key. With no values the key is absent, as AWS treats an empty set.
    pub fn insert_many<V: Into<Cow<'a, str>>>(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        values: impl IntoIterator<Item = V>,
    ) {
        let values: Vec<_> = values.into_iter().map(Into::into).collect();
        self.put(lowered(key.into()), (!values.is_empty()).then_some(Values::Many(values)));
    }

    /// The values of a key, whatever its case.
    pub fn get(&self, key: &str) -> Option<&Values<'a>> {
        self.find(&lowered(Cow::Borrowed(key)))
    }

    /// As [`Context::get`], for a key already in lower case.
    pub(crate) fn find(&self, lowered: &str) -> Option<&Values<'a>> {
        self.keys.iter().find(|(key, _)| key == lowered).map(|(_, values)| values)
    }

    fn put(&mut self, key: Cow<'a, str>, values: Option<Values<'a>>) {
        self.keys.retain(|(known, _)| *known != key);
        self.keys.extend(values.map(|values| (key, values)));
    }
}

/// A condition key's name as names are compared; tag keys in it may hold any letter.
pub(crate) fn lowered(key: Cow<'_, str>) -> Cow<'_, str> {
    if key.chars().all(|c| c.is_ascii() && !c.is_ascii_uppercase()) {
        key
    } else {
        Cow::Owned(key.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_names_are_found_whatever_their_case() {
        let context = Context::new().with("aws:PrincipalTag/Straße", "7");
        assert_eq!(context.get("AWS:principaltag/STRAßE"), Some(&Values::One("7".into())));
        assert_eq!(context.get("aws:PrincipalTag/Strasse"), None);
    }

    #[test]
    fn a_key_given_twice_keeps_the_last() {
        let context = Context::new().with("aws:userid", "a").with("aws:UserId", "b");
        assert_eq!(context.get("aws:userid"), Some(&Values::One("b".into())));
    }

    #[test]
    fn an_empty_set_is_an_absent_key() {
        let context = Context::new().with("k:amr", "x").with_many("k:amr", Vec::<String>::new());
        assert_eq!(context.get("k:amr"), None);
    }
}
