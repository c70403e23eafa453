//! `Condition`: what must be true of the request besides.

use std::borrow::Cow;

use crate::answer::Answer;
use crate::arn::ArnPattern;
use crate::context::{Context, Values, lowered};
use crate::json::Json;
use crate::malformed::Malformed;
use crate::operator::Test;
use crate::pattern::{Pattern, shown};

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
        let texts = texts(key, values)?;
        let (test, negated) = Test::read(name, key, &texts, variables)?.ok_or_else(unsupported)?;
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
        let passes = |value: &Cow<'_, str>| {
            let accepted = self.test.accepts(value, context);
            if self.negated { accepted.not() } else { accepted }
        };
        match (self.quantifier, found) {
            (Some(Quantifier::ForAllValues), None) => Answer::Yes,
            (Some(Quantifier::ForAllValues), Some(values)) => Answer::all(values.iter().map(passes)),
            (Some(Quantifier::ForAnyValue), Some(values)) => Answer::any(values.iter().map(passes)),
            // AWS says true of the suffix and false of the prefix, and nothing of both.
            (Some(Quantifier::ForAnyValue), None) if self.if_exists => Answer::Unknown,
            (Some(Quantifier::ForAnyValue), None) => Answer::No,
            (None, None) => (self.if_exists || self.negated).into(),
            (None, Some(Values::One(value))) => passes(value),
            // AWS calls this unreliable, and says no more.
            (None, Some(Values::Many(_))) => Answer::Unknown,
        }
    }

    /// The condition keys that it looks at, in lower case: its own, and those of variables in what it lists.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let of_variables = self.test.patterns().into_iter().flat_map(Pattern::keys);
        std::iter::once(&*self.key).chain(of_variables)
    }

    /// The condition key, in lower case.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// The values that it lists, where they are texts; `not` stands before them if none of them may match.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.test.texts().map(|texts| shown(texts, self.negated)).unwrap_or_default()
    }

    /// The texts of which one must be the value of this key, given in lower case, for the condition to be met.
    pub(crate) fn demanded_of(&self, key: &str) -> Option<&[Pattern]> {
        let holds_without_the_key = self.if_exists || self.quantifier == Some(Quantifier::ForAllValues);
        (*self.key == *key && !self.negated && !holds_without_the_key).then(|| self.test.texts()).flatten()
    }
}

/// What a condition says of every request that meets it, for whoever has to know that of a whole statement.
impl Condition {
    /// The texts of which every request that meets it has one, to the letter, under this key in lower case.
    pub(crate) fn exact_values_of(&self, key: &str) -> Option<Vec<&str>> {
        self.patterns_of(key)?.iter().map(Pattern::exact).collect()
    }

    /// As [`Condition::exact_values_of`], of a key that has many values.
    pub(crate) fn exact_values_of_many(&self, key: &str) -> Option<Vec<&str>> {
        (self.quantifier == Some(Quantifier::ForAnyValue)).then(|| self.exact_values_of(key)).flatten()
    }

    /// Whether no request meets it that has this value alone under this key in lower case, which has many values.
    pub(crate) fn shuts_out(&self, key: &str, value: &str) -> bool {
        // A variable may be filled with anything by whoever asks.
        let can_match = |pattern: &Pattern| {
            matches!(pattern, Pattern::Template(_)) || pattern.matches(value, &Context::new()) != Answer::No
        };
        self.quantifier == Some(Quantifier::ForAnyValue)
            && self.patterns_of(key).is_some_and(|patterns| !patterns.iter().any(can_match))
    }

    /// Whether every request that meets it has one of a few fixed values under one of these keys in lower case: no value
    /// listed has a wildcard or a variable, and no block of addresses is broad.
    pub(crate) fn fixes_one_of(&self, keys: &[&str]) -> bool {
        let holds_without_the_key = self.if_exists || self.quantifier == Some(Quantifier::ForAllValues);
        if !keys.contains(&&*self.key) || self.negated || holds_without_the_key {
            return false;
        }
        match &self.test {
            Test::StringEquals(patterns)
            | Test::StringEqualsIgnoreCase(patterns)
            | Test::StringLike(patterns) => patterns.iter().all(|pattern| pattern.exact().is_some()),
            Test::Arn(patterns) => patterns.iter().all(ArnPattern::is_exact),
            Test::IpAddress(blocks) => !blocks.iter().any(|block| block.is_broad()),
            Test::Numeric(..) | Test::Date(..) | Test::Bool(_) | Test::Binary(_) | Test::Null(_) => false,
        }
    }

    /// As [`Condition::demanded_of`], where the texts are compared case and all.
    fn patterns_of(&self, key: &str) -> Option<&[Pattern]> {
        match &self.test {
            Test::StringEquals(_) | Test::StringLike(_) => self.demanded_of(key),
            Test::StringEqualsIgnoreCase(_)
            | Test::Numeric(..)
            | Test::Date(..)
            | Test::Bool(_)
            | Test::Binary(_)
            | Test::IpAddress(_)
            | Test::Arn(_)
            | Test::Null(_) => None,
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

/// The values listed for a key. Numbers and booleans may be written without quotes.
fn texts(key: &str, values: Json) -> Result<Vec<String>, Malformed> {
    let text = |value| match value {
        Json::Text(text) | Json::Number(text) => Ok(text),
        Json::Bool(value) => Ok(value.to_string()),
        Json::Null | Json::List(_) | Json::Object(_) => {
            Err(Malformed::wrong(key, "a string or a list of strings"))
        }
    };
    let texts: Vec<_> = values.one_or_many().into_iter().map(text).collect::<Result<_, _>>()?;
    if texts.is_empty() { Err(Malformed::wrong(key, "at least one value")) } else { Ok(texts) }
}
