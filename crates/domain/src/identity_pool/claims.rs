//! What a token says of somebody, for rules and tags to read.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// The claims of a token. Each name stands there once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims(Arc<Map<String, Value>>);

/// Claims that people can change by themselves, and the claims that say whether the new value was found to be theirs.
const CONFIRMED_BY: [(&str, &str); 2] =
    [("email", "email_verified"), ("phone_number", "phone_number_verified")];

/// Whether a claim of this name counts only if the token says that it was verified.
pub fn is_verified_only(name: &str) -> bool {
    CONFIRMED_BY.iter().any(|(claim, _)| *claim == name)
}

impl Claims {
    /// The claims that stand in a token's payload.
    pub fn new(payload: Map<String, Value>) -> Self {
        Self(Arc::new(payload))
    }

    /// The claims as a type says that they must be; `None` if one of them is of another kind.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Option<T> {
        T::deserialize(&*self.0).ok()
    }

    /// The claim of this name; one that is `null` is none.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// Whether a claim of this name, if there is one, may decide what somebody may do: an address only if it was
    /// verified, because somebody could have written another's there.
    pub fn vouches_for(&self, name: &str) -> bool {
        let confirming = CONFIRMED_BY.iter().find(|(claim, _)| *claim == name);
        confirming.is_none_or(|(_, verified)| self.0.get(*verified) == Some(&Value::Bool(true)))
    }

    /// The text of a claim, as rules compare it: anything but a text is the text of its JSON.
    pub fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        Some(match self.get(name)? {
            Value::String(text) => Cow::Borrowed(text.as_str()),
            other
            @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Cow::Owned(other.to_string())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims(value: Value) -> Claims {
        Claims::new(value.as_object().unwrap().clone())
    }

    #[test]
    fn a_claim_that_is_no_text_is_compared_as_its_json() {
        let all = claims(json!({ "a": "x", "b": ["x", "y"], "c": true, "d": 7, "e": null, "f": { "g": 1 } }));
        for (name, text) in
            [("a", "x"), ("b", r#"["x","y"]"#), ("c", "true"), ("d", "7"), ("f", r#"{"g":1}"#)]
        {
            assert_eq!(all.text(name).as_deref(), Some(text), "{name}");
        }
        assert_eq!((all.text("e"), all.text("h")), (None, None));
    }

    #[test]
    fn an_address_counts_only_if_it_was_verified() {
        for (verified, counts) in [
            (json!(true), true),
            (json!(false), false),
            (json!("true"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            let all = claims(json!({ "email": "a@b", "email_verified": verified, "name": "a" }));
            assert_eq!((all.vouches_for("email"), all.vouches_for("name")), (counts, true), "{verified}");
        }
        let other = claims(json!({ "phone_number": "+1", "email_verified": true }));
        assert!(!other.vouches_for("phone_number"), "another address was verified");
    }
}
