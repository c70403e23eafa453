//! Policy variables: `${key}`, `${key, 'default'}` and the literals `${*}`, `${?}`, `${$}`.

use std::borrow::Cow;
use std::fmt;

use crate::context::{Context, Values, lowered};
use crate::malformed::Malformed;

/// A condition key whose value is filled into a policy's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    key: Box<str>,
    default: Option<Box<str>>,
}

/// What stands between `${` and `}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Literal(char),
    Variable(Variable),
}

impl Variable {
    /// The condition key, in lower case.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    pub(crate) fn has_default(&self) -> bool {
        self.default.is_some()
    }

    /// The text to fill in. `None` for a key that is absent without default, and for every multivalued key.
    pub(crate) fn value<'c>(&'c self, context: &'c Context<'_>) -> Option<&'c str> {
        match context.find(&self.key) {
            Some(Values::One(value)) => Some(value),
            Some(Values::Many(_)) => None,
            None => self.default.as_deref(),
        }
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.default {
            Some(default) => write!(formatter, "${{{}, '{default}'}}", self.key),
            None => write!(formatter, "${{{}}}", self.key),
        }
    }
}

impl Reference {
    /// Reads the reference that `after` begins with, `${` being gone already; gives the text behind it too.
    pub(crate) fn parse(after: &str) -> Result<(Reference, &str), Malformed> {
        if let Some((literal, rest)) = literal(after) {
            return Ok((Reference::Literal(literal), rest));
        }
        let end = after.find(['}', ',']).ok_or_else(|| Malformed::variable(after, "is not closed"))?;
        let (key, rest) = after.split_at_checked(end).unwrap_or((after, ""));
        let key = key_name(key)?;
        if let Some(rest) = rest.strip_prefix('}') {
            return Ok((Reference::Variable(Variable { key, default: None }), rest));
        }
        let (default, rest) = default(rest).ok_or_else(|| {
            Malformed::variable(
                after,
                "must have its default between single quotes, as in `${key, 'default'}`",
            )
        })?;
        Ok((Reference::Variable(Variable { key, default: Some(default.into()) }), rest))
    }
}

fn literal(after: &str) -> Option<(char, &str)> {
    ['*', '?', '$'].into_iter().find_map(|literal| {
        let rest = after.strip_prefix(literal)?.strip_prefix('}')?;
        Some((literal, rest))
    })
}

fn key_name(key: &str) -> Result<Box<str>, Malformed> {
    let stray = |c: char| c.is_control() || matches!(c, '$' | '{' | '*' | '?' | '\'' | '"');
    if key.trim() != key || key.contains(stray) {
        return Err(Malformed::variable(key, "does not name a condition key"));
    }
    match key.split_once(':') {
        Some((vendor, name)) if !vendor.is_empty() && !name.is_empty() => {
            Ok(lowered(Cow::Borrowed(key)).into_owned().into_boxed_str())
        }
        Some(_) | None => {
            Err(Malformed::variable(key, "must be prefaced by a vendor, as in `${aws:userid}`"))
        }
    }
}

/// Reads `, 'default'}`.
fn default(rest: &str) -> Option<(&str, &str)> {
    let (default, rest) =
        rest.strip_prefix(',')?.trim_start_matches(' ').strip_prefix('\'')?.split_once('\'')?;
    Some((default, rest.trim_start_matches(' ').strip_prefix('}')?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value_of(after: &str, context: &Context<'_>) -> Option<String> {
        match Reference::parse(after).unwrap() {
            (Reference::Variable(variable), "/rest") => variable.value(context).map(str::to_owned),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_variable_takes_a_single_value_else_its_default() {
        let context = Context::new().with("aws:PrincipalTag/Team", "red").with_many("k:amr", ["one"]);
        assert_eq!(value_of("aws:principaltag/team}/rest", &context).as_deref(), Some("red"));
        assert_eq!(value_of("aws:PrincipalTag/Team, 'none'}/rest", &context).as_deref(), Some("red"));
        assert_eq!(
            value_of("aws:PrincipalTag/Else, 'no, {one}' }/rest", &context).as_deref(),
            Some("no, {one}")
        );
        assert_eq!(value_of("aws:PrincipalTag/Else,''}/rest", &context).as_deref(), Some(""));
        assert_eq!(value_of("aws:PrincipalTag/Else}/rest", &context), None);
        assert_eq!(value_of("k:amr, 'x'}/rest", &context), None);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for after in [
            "",
            "}",
            "aws:userid",
            "userid}",
            "aws:}",
            ":x}",
            " aws:userid}",
            "aws:${x}}",
            "aws:userid,none}",
            "aws:userid,'none}",
            "aws:userid,'none'",
            "**}",
        ] {
            assert!(Reference::parse(after).is_err(), "{after}");
        }
    }

    #[test]
    fn wildcards_and_the_dollar_have_literals() {
        assert_eq!(Reference::parse("*}x"), Ok((Reference::Literal('*'), "x")));
        assert_eq!(Reference::parse("?}"), Ok((Reference::Literal('?'), "")));
        assert_eq!(Reference::parse("$}"), Ok((Reference::Literal('$'), "")));
    }
}
