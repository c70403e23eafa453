//! JSON with no key twice and no bottomless nesting.

use std::collections::HashSet;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::malformed::Malformed;

/// A document nests six deep: policy, statements, statement, conditions, operator, values.
const MAX_DEPTH: u8 = 12;

/// A JSON value as policies use it: a number is kept as it was written, so that no digit of it is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Object),
}

/// The members of a JSON object, each taken out as it is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Object(Vec<(String, Json)>);

impl Json {
    pub(crate) fn parse(text: &str) -> Result<Json, Malformed> {
        serde_json::from_str::<&RawValue>(text)
            .and_then(|raw| read(raw, MAX_DEPTH))
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
fn read(raw: &RawValue, levels: u8) -> Result<Json, serde_json::Error> {
    let text = raw.get();
    let inner = || levels.checked_sub(1).ok_or_else(|| serde_json::Error::custom("nested too deeply"));
    Ok(match text.bytes().next() {
        Some(b'{') => {
            let (Members(members), levels) = (serde_json::from_str(text)?, inner()?);
            let read = |(key, value)| Ok((key, read(value, levels)?));
            Json::Object(Object(members.into_iter().map(read).collect::<Result<_, serde_json::Error>>()?))
        }
        Some(b'[') => {
            let (members, levels) = (serde_json::from_str::<Vec<&RawValue>>(text)?, inner()?);
            Json::List(members.into_iter().map(|value| read(value, levels)).collect::<Result<_, _>>()?)
        }
        Some(b'"') => Json::Text(serde_json::from_str(text)?),
        Some(b't' | b'f') => Json::Bool(serde_json::from_str(text)?),
        Some(b'n') => Json::Null,
        Some(_) | None => Json::Number(text.to_owned()),
    })
}

/// The members of an object, none of them twice.
struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
                let mut seen = HashSet::new();
                let mut found = Vec::new();
                while let Some((key, value)) = members.next_entry::<String, &RawValue>()? {
                    if !seen.insert(key.clone()) {
                        return Err(A::Error::custom(format_args!("key `{key}` twice")));
                    }
                    found.push((key, value));
                }
                Ok(Members(found))
            }
        }

        deserializer.deserialize_map(Each)
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
        let nested = |open: &str, close: &str| detail(&(open.repeat(20_000) + "1" + &close.repeat(20_000)));
        assert!(nested("[", "]").starts_with("nested too deeply"));
        assert!(nested(r#"{"a":"#, "}").starts_with("nested too deeply"));
        assert!(detail(&"[".repeat(100_000)).starts_with("EOF"));
    }

    #[test]
    fn text_after_the_value_is_refused() {
        for text in ["", "{} {}", "{},", "[1 2]", "{\"a\":tru}", "01", "nul", "\"\\ud800\""] {
            assert!(Json::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_keeps_its_digits() {
        for text in ["123456789012", "-1", "1.10", "1e3", "123456789012345678901234567890", "-0"] {
            assert_eq!(Json::parse(text), Ok(Json::Number(text.to_owned())));
        }
    }
}
