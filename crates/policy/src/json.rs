//! JSON with no key twice and no bottomless nesting.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::malformed::Malformed;

/// A document nests six deep: policy, statements, statement, conditions, operator, values.
const MAX_DEPTH: u8 = 12;

/// A JSON value as policies use it: integers are kept as their digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Integer(String),
    Text(String),
    List(Vec<Json>),
    Object(Object),
}

/// The members of a JSON object, each taken out as it is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Object(Vec<(String, Json)>);

impl Json {
    pub(crate) fn parse(text: &str) -> Result<Json, Malformed> {
        let mut reader = serde_json::Deserializer::from_str(text);
        Nested(MAX_DEPTH)
            .deserialize(&mut reader)
            .and_then(|json| reader.end().map(|()| json))
            .map_err(|error| Malformed::Syntax(crate::malformed::excerpt(&error.to_string())))
    }

    pub(crate) fn object(self, element: &str) -> Result<Object, Malformed> {
        if let Json::Object(object) = self { Ok(object) } else { Err(Malformed::wrong(element, "an object")) }
    }

    pub(crate) fn text(self, element: &str) -> Result<String, Malformed> {
        if let Json::Text(text) = self { Ok(text) } else { Err(Malformed::wrong(element, "a string")) }
    }

    /// The members of a list; anything else is a list of itself.
    pub(crate) fn one_or_many(self) -> Vec<Json> {
        if let Json::List(many) = self { many } else { vec![self] }
    }

    /// A string or a list of strings.
    pub(crate) fn texts(self, element: &str) -> Result<Vec<String>, Malformed> {
        let wrong = |_| Malformed::wrong(element, "a string or a list of strings");
        self.one_or_many().into_iter().map(|json| json.text(element).map_err(wrong)).collect()
    }
}

impl Object {
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    pub(crate) fn into_members(self) -> Vec<(String, Json)> {
        self.0
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self, what: &'static str) -> Result<(), Malformed> {
        match self.0.first() {
            Some((name, _)) => Err(Malformed::unsupported(what, name)),
            None => Ok(()),
        }
    }
}

/// Reads a value that may nest this many levels.
#[derive(Clone, Copy)]
struct Nested(u8);

impl Nested {
    fn inner<E: Error>(self) -> Result<Nested, E> {
        self.0.checked_sub(1).map(Nested).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Json;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Integer(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value.to_string()))
    }

    /// A float may have lost digits that were written, so that it could be compared as another text.
    fn visit_f64<E: Error>(self, _: f64) -> Result<Json, E> {
        Err(E::custom("a number that is not a 64-bit integer must be quoted"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(value) = members.next_element_seed(inner)? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let inner = self.inner()?;
        let mut seen = std::collections::HashSet::new();
        let mut object = Vec::new();
        while let Some(key) = members.next_key::<String>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format_args!("key `{key}` twice")));
            }
            object.push((key, members.next_value_seed(inner)?));
        }
        Ok(Json::Object(Object(object)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detail(text: &str) -> String {
        Json::parse(text).unwrap_err().detail().unwrap().to_owned()
    }

    #[test]
    fn a_key_twice_is_refused_at_any_depth() {
        assert!(detail(r#"{"a":{"b":1,"b":2}}"#).starts_with("key `b` twice"));
        assert!(detail(r#"{"a":1,"\u0061":2}"#).starts_with("key `a` twice"));
    }

    #[test]
    fn bottomless_nesting_is_refused() {
        assert!(detail(&"[".repeat(100_000)).starts_with("nested too deeply"));
        assert!(detail(&r#"{"a":"#.repeat(100_000)).starts_with("nested too deeply"));
    }

    #[test]
    fn text_after_the_value_is_refused() {
        assert!(Json::parse("{} {}").is_err());
        assert!(Json::parse("").is_err());
    }

    #[test]
    fn a_number_that_could_lose_digits_is_refused() {
        assert_eq!(Json::parse("123456789012"), Ok(Json::Integer("123456789012".into())));
        assert_eq!(Json::parse("-1"), Ok(Json::Integer("-1".into())));
        for lossy in ["1.10", "1e3", "123456789012345678901234567890", "-0"] {
            assert!(detail(lossy).contains("must be quoted"), "{lossy}");
        }
    }
}
