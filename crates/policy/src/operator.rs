//! Condition operators: what a value of the request is held against.

use std::cmp::Ordering;

use data_encoding::BASE64;
use jiff::Timestamp;

use crate::address::{Block, address};
use crate::answer::Answer;
use crate::arn::ArnPattern;
use crate::context::Context;
use crate::malformed::{Malformed, excerpt};
use crate::moment::moment;
use crate::number::Decimal;
use crate::pattern::{Pattern, Syntax};

/// An operator with the values listed for it. A new operator is a case here, its names in [`Test::read`] and its
/// meaning in [`Test::accepts`].
#[derive(Clone, Debug)]
pub(crate) enum Test {
    StringEquals(Box<[Pattern]>),
    StringEqualsIgnoreCase(Box<[Pattern]>),
    StringLike(Box<[Pattern]>),
    Numeric(Order, Box<[Decimal]>),
    Date(Order, Box<[Timestamp]>),
    Bool(Box<[bool]>),
    /// Bytes; policies and requests write them in base64.
    Binary(Box<[Box<[u8]>]>),
    IpAddress(Box<[Block]>),
    Arn(Box<[ArnPattern]>),
    /// Whether the key is absent.
    Null(Box<[bool]>),
}

/// How a value of the request must stand to a listed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Test {
    /// Reads the values of an operator, and whether it is negated; `None` if there is no such operator.
    pub(crate) fn read(
        name: &str,
        key: &str,
        texts: &[String],
        variables: bool,
    ) -> Result<Option<(Test, bool)>, Malformed> {
        let values = Listed { key, texts };
        let plain = Syntax { wildcards: false, variables };
        let wild = Syntax { wildcards: true, variables };
        if let Some((order, negated)) = name.strip_prefix("Numeric").and_then(order) {
            let numbers =
                values.read("a number of at most 18 digits before and behind the point", Decimal::parse);
            return Ok(Some((Test::Numeric(order, numbers?), negated)));
        }
        if let Some((order, negated)) = name.strip_prefix("Date").and_then(order) {
            return Ok(Some((Test::Date(order, values.moments()?), negated)));
        }
        Ok(Some(match name {
            "StringEquals" => (Test::StringEquals(values.patterns(plain)?), false),
            "StringNotEquals" => (Test::StringEquals(values.patterns(plain)?), true),
            "StringEqualsIgnoreCase" => (Test::StringEqualsIgnoreCase(values.patterns(plain)?), false),
            "StringNotEqualsIgnoreCase" => (Test::StringEqualsIgnoreCase(values.patterns(plain)?), true),
            "StringLike" => (Test::StringLike(values.patterns(wild)?), false),
            "StringNotLike" => (Test::StringLike(values.patterns(wild)?), true),
            "Bool" => (Test::Bool(values.booleans()?), false),
            "BinaryEquals" => (Test::Binary(values.read("base64", bytes)?), false),
            "IpAddress" => (Test::IpAddress(values.blocks()?), false),
            "NotIpAddress" => (Test::IpAddress(values.blocks()?), true),
            "ArnEquals" | "ArnLike" => (Test::Arn(values.arns(variables)?), false),
            "ArnNotEquals" | "ArnNotLike" => (Test::Arn(values.arns(variables)?), true),
            "Null" => (Test::Null(values.booleans()?), false),
            _ => return Ok(None),
        }))
    }

    /// Whether any of the listed values matches. One whose variable has no value matches nothing; unknown for a value
    /// that is not what the operator compares, as a word where a number is asked for.
    pub(crate) fn accepts(&self, value: &str, context: &Context<'_>) -> Answer {
        match self {
            Test::StringEquals(patterns) | Test::StringLike(patterns) => {
                patterns.iter().any(|pattern| pattern.matches(value, context).is_yes()).into()
            }
            Test::StringEqualsIgnoreCase(patterns) => {
                patterns.iter().any(|pattern| pattern.equals_ignoring_case(value, context).is_yes()).into()
            }
            Test::Numeric(order, numbers) => {
                known(Decimal::parse(value), |value| numbers.iter().any(|number| order.holds(&value, number)))
            }
            Test::Date(order, moments) => {
                known(moment(value), |value| moments.iter().any(|moment| order.holds(&value, moment)))
            }
            Test::Bool(wanted) => known(boolean(value), |value| wanted.contains(&value)),
            Test::Binary(listed) => known(bytes(value), |value| listed.contains(&value)),
            Test::IpAddress(blocks) => {
                known(address(value), |value| blocks.iter().any(|block| block.holds(value)))
            }
            Test::Arn(patterns) => match ArnPattern::parts(value) {
                Some(parts) => patterns.iter().any(|pattern| pattern.matches(parts, context).is_yes()).into(),
                None => Answer::Unknown,
            },
            Test::Null(absent) => absent.contains(&false).into(),
        }
    }

    /// Every pattern that is written in it.
    pub(crate) fn patterns(&self) -> Vec<&Pattern> {
        match self {
            Test::StringEquals(patterns)
            | Test::StringEqualsIgnoreCase(patterns)
            | Test::StringLike(patterns) => patterns.iter().collect(),
            Test::Arn(arns) => arns.iter().flat_map(ArnPattern::patterns).collect(),
            Test::Numeric(..)
            | Test::Date(..)
            | Test::Bool(_)
            | Test::Binary(_)
            | Test::IpAddress(_)
            | Test::Null(_) => Vec::new(),
        }
    }

    /// The patterns of an operator that compares texts.
    pub(crate) fn texts(&self) -> Option<&[Pattern]> {
        match self {
            Test::StringEquals(patterns)
            | Test::StringEqualsIgnoreCase(patterns)
            | Test::StringLike(patterns) => Some(patterns),
            Test::Numeric(..)
            | Test::Date(..)
            | Test::Bool(_)
            | Test::Binary(_)
            | Test::IpAddress(_)
            | Test::Arn(_)
            | Test::Null(_) => None,
        }
    }
}

impl Order {
    fn holds<T: Ord>(self, value: &T, listed: &T) -> bool {
        let ordering = value.cmp(listed);
        match self {
            Order::Equal => ordering == Ordering::Equal,
            Order::Less => ordering == Ordering::Less,
            Order::LessOrEqual => ordering != Ordering::Greater,
            Order::Greater => ordering == Ordering::Greater,
            Order::GreaterOrEqual => ordering != Ordering::Less,
        }
    }
}

/// The order that the rest of an operator's name asks for, and whether it is negated.
fn order(rest: &str) -> Option<(Order, bool)> {
    Some(match rest {
        "Equals" => (Order::Equal, false),
        "NotEquals" => (Order::Equal, true),
        "LessThan" => (Order::Less, false),
        "LessThanEquals" => (Order::LessOrEqual, false),
        "GreaterThan" => (Order::Greater, false),
        "GreaterThanEquals" => (Order::GreaterOrEqual, false),
        _ => return None,
    })
}

fn known<T>(value: Option<T>, passes: impl FnOnce(T) -> bool) -> Answer {
    value.map_or(Answer::Unknown, |value| passes(value).into())
}

pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

pub(crate) fn bytes(text: &str) -> Option<Box<[u8]>> {
    BASE64.decode(text.as_bytes()).ok().map(Vec::into_boxed_slice)
}

/// The values that a document lists for a condition key, and how each operator reads them.
struct Listed<'d> {
    key: &'d str,
    texts: &'d [String],
}

impl Listed<'_> {
    fn read<T>(&self, wanted: &'static str, read: fn(&str) -> Option<T>) -> Result<Box<[T]>, Malformed> {
        let wrong = || Malformed::wrong(self.key, wanted);
        self.texts.iter().map(|text| read(text).ok_or_else(wrong)).collect()
    }

    fn patterns(&self, syntax: Syntax) -> Result<Box<[Pattern]>, Malformed> {
        self.texts.iter().map(|text| Pattern::parse(text, syntax)).collect()
    }

    fn booleans(&self) -> Result<Box<[bool]>, Malformed> {
        self.read("`true` or `false`", boolean)
    }

    fn blocks(&self) -> Result<Box<[Block]>, Malformed> {
        self.read("an address or a block of addresses, as `203.0.113.0/24`", Block::parse)
    }

    fn moments(&self) -> Result<Box<[Timestamp]>, Malformed> {
        let legacy =
            |text| Malformed::legacy(format!("`{}` of `{}` is no date", excerpt(text), excerpt(self.key)));
        self.texts.iter().map(|text| moment(text).ok_or_else(|| legacy(text))).collect()
    }

    fn arns(&self, variables: bool) -> Result<Box<[ArnPattern]>, Malformed> {
        let wrong = || Malformed::wrong(self.key, "an ARN of six parts, each with wildcards of its own");
        self.texts.iter().map(|text| ArnPattern::parse(text, variables)?.ok_or_else(wrong)).collect()
    }
}
