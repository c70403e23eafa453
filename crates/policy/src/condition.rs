//! `Condition`: what must be true of the request besides.

use std::borrow::Cow;

use crate::answer::Answer;
use crate::context::{Context, Values, lowered};
use crate::json::Json;
use crate::malformed::Malformed;
use crate::pattern::{Pattern, Syntax};

/// One condition key under one operator.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    quantifier: Option<Quantifier>,
    test: Test,
    /// A `…Not…` operator: none of the listed values may match.
    negated: bool,
    if_exists: bool,
    /// In lower case.
    key: Box<str>,
}

/// How the values of a multivalued key are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    ForAnyValue,
    ForAllValues,
}

/// What a value of the request is held against: any of the listed values. A new operator is a case here, its names in
/// [`Test::read`] and its meaning in [`Test::accepts`].
#[derive(Clone, Debug)]
enum Test {
    StringEquals(Box<[Pattern]>),
    StringEqualsIgnoreCase(Box<[Pattern]>),
    StringLike(Box<[Pattern]>),
    Bool(Box<[bool]>),
    /// Whether the key is absent.
    Null(Box<[bool]>),
}

/// Reads a whole `Condition` element; `variables` says whether `${…}` means a variable in this document's version.
pub(crate) fn read(json: Json, variables: bool) -> Result<Box<[Condition]>, Malformed> {
    let mut conditions: Vec<Condition> = Vec::new();
    for (operator, keys) in json.object("Condition")?.into_members() {
        let keys = keys.object(&operator)?.into_members();
        if keys.is_empty() {
            return Err(Malformed::wrong(&operator, "an object of at least one condition key"));
        }
        let of_earlier_operators = conditions.len();
        for (key, values) in keys {
            let condition = Condition::read(&operator, &key, values, variables)?;
            if conditions.iter().skip(of_earlier_operators).any(|known| known.key == condition.key) {
                return Err(Malformed::wrong(
                    &key,
                    "named once under an operator, for case makes no difference",
                ));
            }
            conditions.push(condition);
        }
    }
    Ok(conditions.into())
}

impl Condition {
    fn read(operator: &str, key: &str, values: Json, variables: bool) -> Result<Condition, Malformed> {
        let (quantifier, name) = if let Some(name) = operator.strip_prefix("ForAnyValue:") {
            (Some(Quantifier::ForAnyValue), name)
        } else if let Some(name) = operator.strip_prefix("ForAllValues:") {
            (Some(Quantifier::ForAllValues), name)
        } else {
            (None, operator)
        };
        let (name, if_exists) = match name.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let unsupported = || Malformed::unsupported("condition operator", operator);
        let (test, negated) = Test::read(name, key, values, variables)?.ok_or_else(unsupported)?;
        if matches!(test, Test::Null(_)) && (if_exists || quantifier.is_some()) {
            return Err(unsupported());
        }
        Ok(Condition { quantifier, test, negated, if_exists, key: key_name(key)? })
    }

    /// Whether the request meets this condition.
    pub(crate) fn answer(&self, context: &Context<'_>) -> Answer {
        let found = context.find(&self.key);
        if let Test::Null(absent) = &self.test {
            return absent.contains(&found.is_none()).into();
        }
        let passes = |value: &Cow<'_, str>| self.test.accepts(value, context) != self.negated;
        let all = |values: &Values<'_>| match values {
            Values::One(value) => passes(value),
            Values::Many(values) => values.iter().all(passes),
        };
        let any = |values: &Values<'_>| match values {
            Values::One(value) => passes(value),
            Values::Many(values) => values.iter().any(passes),
        };
        match (self.quantifier, found) {
            (Some(Quantifier::ForAllValues), found) => found.is_none_or(all).into(),
            (Some(Quantifier::ForAnyValue), Some(values)) => any(values).into(),
            // AWS says true of the suffix and false of the prefix, and nothing of both.
            (Some(Quantifier::ForAnyValue), None) if self.if_exists => Answer::Unknown,
            (Some(Quantifier::ForAnyValue), None) => Answer::No,
            (None, None) => (self.if_exists || self.negated).into(),
            (None, Some(Values::One(value))) => passes(value).into(),
            // AWS calls this unreliable, and says no more.
            (None, Some(Values::Many(_))) => Answer::Unknown,
        }
    }

    /// Whether this looks at a key of this vendor, the part before the colon.
    pub(crate) fn is_about(&self, vendor: &str) -> bool {
        self.key.split_once(':').is_some_and(|(of, _)| of == vendor)
    }
}

impl Test {
    /// Reads the values of an operator, and whether it is negated; `None` if there is no such operator.
    fn read(name: &str, key: &str, values: Json, variables: bool) -> Result<Option<(Test, bool)>, Malformed> {
        let values = values.one_or_many();
        if values.is_empty() {
            return Err(Malformed::wrong(key, "at least one value"));
        }
        let plain = Syntax { wildcards: false, variables };
        let wild = Syntax { wildcards: true, variables };
        Ok(Some(match name {
            "StringEquals" => (Test::StringEquals(patterns(key, values, plain)?), false),
            "StringNotEquals" => (Test::StringEquals(patterns(key, values, plain)?), true),
            "StringEqualsIgnoreCase" => (Test::StringEqualsIgnoreCase(patterns(key, values, plain)?), false),
            "StringNotEqualsIgnoreCase" => {
                (Test::StringEqualsIgnoreCase(patterns(key, values, plain)?), true)
            }
            "StringLike" => (Test::StringLike(patterns(key, values, wild)?), false),
            "StringNotLike" => (Test::StringLike(patterns(key, values, wild)?), true),
            "Bool" => (Test::Bool(booleans(key, values)?), false),
            "Null" => (Test::Null(booleans(key, values)?), false),
            _ => return Ok(None),
        }))
    }

    /// Whether any of the listed values matches. One whose variable has no value matches nothing.
    fn accepts(&self, value: &str, context: &Context<'_>) -> bool {
        match self {
            Test::StringEquals(patterns) | Test::StringLike(patterns) => {
                patterns.iter().any(|pattern| pattern.matches(value, context).is_yes())
            }
            Test::StringEqualsIgnoreCase(patterns) => {
                patterns.iter().any(|pattern| pattern.equals_ignoring_case(value, context).is_yes())
            }
            Test::Bool(wanted) => wanted.iter().any(|&wanted| boolean(value) == Some(wanted)),
            Test::Null(absent) => absent.contains(&false),
        }
    }
}

fn key_name(key: &str) -> Result<Box<str>, Malformed> {
    let vendor = key.split_once(':').filter(|(vendor, name)| !vendor.is_empty() && !name.is_empty());
    if vendor.is_none() {
        return Err(Malformed::NoVendor);
    }
    if key.contains(|c: char| c.is_control() || matches!(c, '$' | '*' | '?')) {
        return Err(Malformed::wrong(key, "a condition key without wildcards and variables"));
    }
    Ok(lowered(Cow::Borrowed(key)).into_owned().into())
}

fn patterns(key: &str, values: Vec<Json>, syntax: Syntax) -> Result<Box<[Pattern]>, Malformed> {
    values.into_iter().map(|value| Pattern::parse(&text(key, value)?, syntax)).collect()
}

/// Numbers and booleans may be written without quotes.
fn text(key: &str, value: Json) -> Result<String, Malformed> {
    match value {
        Json::Text(text) | Json::Integer(text) => Ok(text),
        Json::Bool(value) => Ok(value.to_string()),
        Json::Null | Json::List(_) | Json::Object(_) => {
            Err(Malformed::wrong(key, "a string or a list of strings"))
        }
    }
}

fn booleans(key: &str, values: Vec<Json>) -> Result<Box<[bool]>, Malformed> {
    let read = |value| boolean(&text(key, value)?).ok_or_else(|| Malformed::wrong(key, "`true` or `false`"));
    values.into_iter().map(read).collect()
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
