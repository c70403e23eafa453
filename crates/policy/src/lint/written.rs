//! A statement as it is written, beside the one that was read of it.

use crate::statement::{Effect, Statement};
use serde_json::Value;

/// A statement, and its elements as lists of texts.
pub(super) struct Written<'d> {
    pub(super) read: &'d Statement,
    json: &'d Value,
    /// Whether `${…}` is a variable in the document.
    pub(super) variables: bool,
}

/// A condition key under an operator, and the values listed for it.
pub(super) struct Condition<'d> {
    /// With its prefix and suffix, as `ForAnyValue:StringLikeIfExists`.
    pub(super) operator: &'d str,
    pub(super) key: &'d str,
    pub(super) values: Vec<String>,
}

impl Condition<'_> {
    /// The operator without `ForAnyValue:`, `ForAllValues:` and `IfExists`.
    pub(super) fn plain(&self) -> &str {
        let name = self.operator.split_once(':').map_or(self.operator, |(_, name)| name);
        name.strip_suffix("IfExists").unwrap_or(name)
    }

    pub(super) fn is_of(&self, prefix: &str) -> bool {
        self.operator.split_once(':').is_some_and(|(found, _)| found == prefix)
    }

    pub(super) fn is_of_a_set(&self) -> bool {
        self.operator.contains(':')
    }
}

impl<'d> Written<'d> {
    /// The statements of a document that could be read.
    pub(super) fn all(read: &'d [Statement], document: &'d Value) -> Vec<Written<'d>> {
        let variables = document.get("Version").and_then(Value::as_str) == Some("2012-10-17");
        let listed = match document.get("Statement") {
            Some(Value::Array(listed)) => listed.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        read.iter().zip(listed).map(|(read, json)| Written { read, json, variables }).collect()
    }

    pub(super) fn allows(&self) -> bool {
        self.read.effect() == Effect::Allow
    }

    /// The texts of an element; `None` if it is not there.
    pub(super) fn texts(&self, element: &str) -> Option<Vec<String>> {
        self.json.get(element).map(texts)
    }

    pub(super) fn actions(&self) -> Vec<String> {
        self.texts("Action").unwrap_or_default()
    }

    pub(super) fn resources(&self) -> Vec<String> {
        self.texts("Resource").unwrap_or_default()
    }

    /// Whether the `Principal` element has this one under this type; `*` alone is `AWS`.
    pub(super) fn names(&self, sort: &str, principal: &str) -> bool {
        self.principals(sort).iter().any(|named| named == principal)
    }

    /// The principals of one type.
    pub(super) fn principals(&self, sort: &str) -> Vec<String> {
        match self.json.get("Principal") {
            Some(Value::Object(types)) => types.get(sort).map(texts).unwrap_or_default(),
            Some(everybody) if sort == "AWS" => texts(everybody),
            Some(_) | None => Vec::new(),
        }
    }

    pub(super) fn conditions(&self) -> Vec<Condition<'d>> {
        let operators = self.json.get("Condition").and_then(Value::as_object).into_iter().flatten();
        operators
            .flat_map(|(operator, keys)| {
                let keys = keys.as_object().into_iter().flatten();
                keys.map(move |(key, values)| Condition { operator, key, values: texts(values) })
            })
            .collect()
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => vec![value.to_string()],
    }
}
