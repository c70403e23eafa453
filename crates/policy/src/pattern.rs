//! Texts of a policy that values of a request are held against: plain, with wildcards, with variables.

use std::fmt;

use crate::answer::Answer;
use crate::context::Context;
use crate::malformed::Malformed;
use crate::variable::{Reference, Variable};

/// A text with wildcards and variables, in the cheapest form that says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// `*`.
    Anything,
    /// No wildcard, no variable.
    Exact(Box<str>),
    /// A text and a last `*`.
    Prefix(Box<str>),
    /// Wildcards anywhere, no variable.
    Glob(Box<[Piece]>),
    /// At least one variable.
    Template(Box<[Piece]>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(Box<str>),
    Variable(Variable),
    /// `?`.
    AnyOne,
    /// `*`.
    AnyRun,
}

/// Which characters of a text mean more than themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Syntax {
    pub(crate) wildcards: bool,
    pub(crate) variables: bool,
}

impl Pattern {
    /// The condition keys of its variables, in lower case.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let pieces: &[Piece] = match self {
            Pattern::Template(pieces) => pieces,
            Pattern::Anything | Pattern::Exact(_) | Pattern::Prefix(_) | Pattern::Glob(_) => &[],
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable.key()),
            Piece::Text(_) | Piece::AnyOne | Piece::AnyRun => None,
        })
    }

    pub(crate) fn parse(text: &str, syntax: Syntax) -> Result<Pattern, Malformed> {
        let pieces = pieces(text, syntax)?;
        let constant = pieces.iter().all(|piece| !matches!(piece, Piece::Variable(_)));
        Ok(match pieces.as_slice() {
            [] => Pattern::Exact("".into()),
            [Piece::AnyRun] => Pattern::Anything,
            [Piece::Text(text)] => Pattern::Exact(text.clone()),
            [Piece::Text(text), Piece::AnyRun] => Pattern::Prefix(text.clone()),
            [..] if constant => Pattern::Glob(pieces.into()),
            [..] => Pattern::Template(pieces.into()),
        })
    }

    /// Whether a value is of this pattern; unknown if that hangs on a variable that has no value.
    ///
    /// Values filled in for variables stand for themselves: a `*` in one is no wildcard. Takes time at most
    /// proportional to the lengths of pattern and value multiplied.
    pub(crate) fn matches(&self, value: &str, context: &Context<'_>) -> Answer {
        match self {
            Pattern::Anything => Answer::Yes,
            Pattern::Exact(text) => (**text == *value).into(),
            Pattern::Prefix(text) => value.starts_with(&**text).into(),
            Pattern::Glob(pieces) => matches(value, |at| pieces.get(at)?.token(), to_the_letter).into(),
            Pattern::Template(pieces) => {
                if !value.starts_with(self.head()) {
                    return Answer::No;
                }
                match pieces.iter().map(|piece| piece.filled(context)).collect::<Option<Vec<_>>>() {
                    Some(tokens) => matches(value, |at| tokens.get(at).copied(), to_the_letter).into(),
                    None => Answer::Unknown,
                }
            }
        }
    }

    /// As [`Pattern::matches`] for a pattern without variables, capital or small letters of ASCII.
    pub(crate) fn matches_ignoring_ascii_case(&self, value: &str) -> bool {
        match self {
            Pattern::Anything => true,
            Pattern::Exact(text) => text.eq_ignore_ascii_case(value),
            Pattern::Prefix(text) => ignoring_ascii_case(value, text).is_some(),
            Pattern::Glob(pieces) => matches(value, |at| pieces.get(at)?.token(), ignoring_ascii_case),
            Pattern::Template(_) => false,
        }
    }

    /// The only value that matches, if it does not hang on a variable and is compared to the letter.
    pub(crate) fn exact(&self) -> Option<&str> {
        match self {
            Pattern::Exact(text) => Some(text),
            Pattern::Anything | Pattern::Prefix(_) | Pattern::Glob(_) | Pattern::Template(_) => None,
        }
    }

    /// What every matching value begins with.
    pub(crate) fn head(&self) -> &str {
        match self {
            Pattern::Anything => "",
            Pattern::Exact(text) | Pattern::Prefix(text) => text,
            Pattern::Glob(pieces) | Pattern::Template(pieces) => match pieces.first() {
                Some(Piece::Text(text)) => text,
                Some(Piece::Variable(_) | Piece::AnyOne | Piece::AnyRun) | None => "",
            },
        }
    }

    /// As [`Pattern::matches`] for a pattern without wildcards, capital or small.
    pub(crate) fn equals_ignoring_case(&self, value: &str, context: &Context<'_>) -> Answer {
        match self {
            Pattern::Exact(text) => same_ignoring_case(text, value).into(),
            Pattern::Template(pieces) => {
                match pieces.iter().map(|piece| piece.text(context)).collect::<Option<String>>() {
                    Some(text) => same_ignoring_case(&text, value).into(),
                    None => Answer::Unknown,
                }
            }
            Pattern::Anything | Pattern::Prefix(_) | Pattern::Glob(_) => Answer::Unknown,
        }
    }
}

/// Patterns as they were written; `not` stands before each if it is all but these.
pub(crate) fn shown(patterns: &[Pattern], except: bool) -> Vec<String> {
    let not = if except { "not " } else { "" };
    patterns.iter().map(|pattern| format!("{not}{pattern}")).collect()
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Anything => formatter.write_str("*"),
            Pattern::Exact(text) => formatter.write_str(text),
            Pattern::Prefix(text) => write!(formatter, "{text}*"),
            Pattern::Glob(pieces) | Pattern::Template(pieces) => {
                pieces.iter().try_for_each(|piece| piece.fmt(formatter))
            }
        }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Piece::Text(text) => formatter.write_str(text),
            Piece::Variable(variable) => variable.fmt(formatter),
            Piece::AnyOne => formatter.write_str("?"),
            Piece::AnyRun => formatter.write_str("*"),
        }
    }
}

impl Piece {
    /// `None` for a variable.
    fn token(&self) -> Option<Token<'_>> {
        match self {
            Piece::Text(text) => Some(Token::Text(text)),
            Piece::AnyOne => Some(Token::AnyOne),
            Piece::AnyRun => Some(Token::AnyRun),
            Piece::Variable(_) => None,
        }
    }

    /// `None` for a variable that has no value.
    fn filled<'c>(&'c self, context: &'c Context<'_>) -> Option<Token<'c>> {
        match self {
            Piece::Variable(variable) => variable.value(context).map(Token::Text),
            Piece::Text(_) | Piece::AnyOne | Piece::AnyRun => self.token(),
        }
    }

    /// `None` for a variable that has no value, and for wildcards.
    fn text<'c>(&'c self, context: &'c Context<'_>) -> Option<&'c str> {
        match self {
            Piece::Text(text) => Some(text),
            Piece::Variable(variable) => variable.value(context),
            Piece::AnyOne | Piece::AnyRun => None,
        }
    }
}

fn pieces(text: &str, syntax: Syntax) -> Result<Vec<Piece>, Malformed> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if syntax.variables
            && let Some(after) = rest.strip_prefix("${")
        {
            let (reference, behind) = Reference::parse(after)?;
            match reference {
                Reference::Literal(literal) => plain.push(literal),
                Reference::Variable(variable) => add(&mut pieces, &mut plain, Piece::Variable(variable)),
            }
            rest = behind;
            continue;
        }
        match first {
            '*' if syntax.wildcards => add(&mut pieces, &mut plain, Piece::AnyRun),
            '?' if syntax.wildcards => add(&mut pieces, &mut plain, Piece::AnyOne),
            other => plain.push(other),
        }
        rest = rest.get(first.len_utf8()..).unwrap_or("");
    }
    flush(&mut pieces, &mut plain);
    Ok(pieces)
}

fn add(pieces: &mut Vec<Piece>, plain: &mut String, piece: Piece) {
    flush(pieces, plain);
    if piece != Piece::AnyRun || pieces.last() != Some(&Piece::AnyRun) {
        pieces.push(piece);
    }
}

fn flush(pieces: &mut Vec<Piece>, plain: &mut String) {
    if !plain.is_empty() {
        pieces.push(Piece::Text(std::mem::take(plain).into()));
    }
}

#[derive(Clone, Copy, Debug)]
enum Token<'t> {
    Text(&'t str),
    AnyOne,
    AnyRun,
}

/// What is left of a value behind a text that it begins with.
fn to_the_letter<'v>(value: &'v str, text: &str) -> Option<&'v str> {
    value.strip_prefix(text)
}

/// As [`to_the_letter`], capital or small letters of ASCII.
fn ignoring_ascii_case<'v>(value: &'v str, text: &str) -> Option<&'v str> {
    let (head, rest) = value.split_at_checked(text.len())?;
    head.eq_ignore_ascii_case(text).then_some(rest)
}

/// Whether a value is of these tokens. Only the last run is ever tried again, for what an earlier run could take
/// more, the last one can take as well: so no number of runs makes this exponential.
fn matches<'t>(
    value: &str,
    token: impl Fn(usize) -> Option<Token<'t>>,
    strip: for<'v> fn(&'v str, &str) -> Option<&'v str>,
) -> bool {
    let mut rest = value;
    let mut at = 0;
    let mut last_run: Option<(usize, &str)> = None;
    loop {
        let stripped = match token(at) {
            Some(Token::AnyRun) => {
                last_run = Some((at, rest));
                if token(at + 1).is_none() {
                    return true;
                }
                Some(rest)
            }
            Some(Token::Text(text)) => strip(rest, text),
            Some(Token::AnyOne) => without_first(rest),
            None if rest.is_empty() => return true,
            None => None,
        };
        if let Some(behind) = stripped {
            rest = behind;
            at += 1;
            continue;
        }
        let Some((run, Some(shorter))) = last_run.map(|(run, from)| (run, without_first(from))) else {
            return false;
        };
        last_run = Some((run, shorter));
        rest = shorter;
        at = run + 1;
    }
}

fn without_first(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next().map(|_| characters.as_str())
}

fn same_ignoring_case(one: &str, other: &str) -> bool {
    let folded = |text: &'_ str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    one.eq_ignore_ascii_case(other) || (!(one.is_ascii() && other.is_ascii()) && folded(one) == folded(other))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WILD: Syntax = Syntax { wildcards: true, variables: true };
    const PLAIN: Syntax = Syntax { wildcards: false, variables: true };

    fn answer(pattern: &str, value: &str) -> Answer {
        let context = Context::new().with("k:star", "a*b?").with("k:empty", "").with_many("k:amr", ["a"]);
        Pattern::parse(pattern, WILD).unwrap().matches(value, &context)
    }

    /// The definition of wildcards, word by word; exponential.
    fn reference(pattern: &[char], value: &[char]) -> bool {
        match (pattern.split_first(), value.split_first()) {
            (None, None) => true,
            (Some((&'*', rest)), shorter) => {
                reference(rest, value) || shorter.is_some_and(|(_, shorter)| reference(pattern, shorter))
            }
            (Some((&'?', rest)), Some((_, shorter))) => reference(rest, shorter),
            (Some((one, rest)), Some((other, shorter))) => one == other && reference(rest, shorter),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn the_matcher_agrees_with_the_definition(pattern in "[ab*?é]{0,9}", value in "[abé]{0,10}") {
            let [p, v] = [&pattern, &value].map(|text| text.chars().collect::<Vec<_>>());
            prop_assert_eq!(answer(&pattern, &value), reference(&p, &v).into());
        }

        #[test]
        fn a_variable_stands_for_its_value_and_nothing_else(
            before in "[ab*?]{0,3}", filled in "[ab*?$]{0,4}", after in "[ab*?]{0,3}", value in "[ab*?$]{0,6}",
        ) {
            let context = Context::new().with("k:v", filled.as_str());
            let pattern = Pattern::parse(&format!("{before}${{k:v}}{after}"), WILD).unwrap();
            let literal = filled.replace('*', "x").replace('?', "y").replace('$', "z");
            let escaped = filled.chars().map(|c| if c.is_alphabetic() { c.to_string() } else { format!("${{{c}}}") });
            let same = Pattern::parse(&format!("{before}{}{after}", escaped.collect::<String>()), WILD).unwrap();
            prop_assert_eq!(pattern.matches(&value, &context), same.matches(&value, &context));
            if before.is_empty() && after.is_empty() && literal != filled {
                prop_assert_eq!(pattern.matches(&literal, &context), Answer::No);
            }
        }
    }

    #[test]
    fn a_value_with_wildcards_stands_for_itself() {
        assert_eq!(answer("${k:star}/*", "a*b?/x"), Answer::Yes);
        assert_eq!(answer("${k:star}/*", "aXXbX/x"), Answer::No);
        assert_eq!(answer("x${k:empty}y", "xy"), Answer::Yes);
    }

    #[test]
    fn a_variable_without_value_leaves_open_what_hangs_on_it() {
        assert_eq!(answer("home/${k:absent}/*", "home/x/y"), Answer::Unknown);
        assert_eq!(answer("home/${k:amr}/*", "home/a/y"), Answer::Unknown);
        assert_eq!(answer("home/${k:absent}/*", "elsewhere"), Answer::No);
        assert_eq!(answer("home/${k:absent, '*'}/*", "home/*/y"), Answer::Yes);
        assert_eq!(answer("home/${k:absent, '*'}/*", "home/x/y"), Answer::No);
    }

    #[test]
    fn literals_take_the_meaning_from_wildcards() {
        assert_eq!(answer("${*}${?}${$}{x}", "*?${x}"), Answer::Yes);
        assert_eq!(answer("${*}", "x"), Answer::No);
        assert_eq!(answer("$*", "$x"), Answer::Yes);
    }

    #[test]
    fn case_is_ignored_beyond_ascii() {
        let pattern = Pattern::parse("ÄB${k:star}", PLAIN).unwrap();
        let context = Context::new().with("k:star", "C*");
        assert_eq!(pattern.equals_ignoring_case("äbc*", &context), Answer::Yes);
        assert_eq!(pattern.equals_ignoring_case("äbcd", &context), Answer::No);
        assert_eq!(pattern.equals_ignoring_case("äb", &Context::new()), Answer::Unknown);
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_not() {
        let pattern = "*a?".repeat(4_000) + "b";
        assert_eq!(answer(&pattern, &"a".repeat(20_000)), Answer::No);
    }
}
