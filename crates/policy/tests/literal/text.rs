//! Texts of policies, letter by letter.

use serde_json::Value;

/// A letter of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Letter(char),
    AnyOne,
    AnyRun,
}

/// The definition of wildcards; exponential.
pub(crate) fn fits(pattern: &[Token], value: &[char]) -> bool {
    match (pattern.split_first(), value.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((Token::AnyRun, rest)), _) => (0..=value.len()).any(|taken| fits(rest, &value[taken..])),
        (Some((Token::AnyOne, rest)), Some((_, behind))) => fits(rest, behind),
        (Some((Token::Letter(letter), rest)), Some((first, behind))) => letter == first && fits(rest, behind),
        (Some(_), None) => false,
    }
}

/// The letters of a text with its variables filled in; `None` if one has no value.
pub(crate) fn tokens(text: &str, wildcards: bool, variables: bool, asked: &Value) -> Option<Vec<Token>> {
    let letters: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if variables && letters[at..].starts_with(&['$', '{']) {
            let length = letters[at..].iter().position(|letter| *letter == '}').unwrap();
            let inside: String = letters[at + 2..at + length].iter().collect();
            found.extend(filled(&inside, asked)?.chars().map(Token::Letter));
            at += length + 1;
            continue;
        }
        found.push(match letters[at] {
            '*' if wildcards => Token::AnyRun,
            '?' if wildcards => Token::AnyOne,
            letter => Token::Letter(letter),
        });
        at += 1;
    }
    Some(found)
}

fn filled(inside: &str, asked: &Value) -> Option<String> {
    if ["*", "?", "$"].contains(&inside) {
        return Some(inside.to_owned());
    }
    let (key, default) = match inside.split_once(',') {
        Some((key, default)) => (key, Some(default.trim().trim_matches('\'').to_owned())),
        None => (inside, None),
    };
    match value_of(key, asked) {
        Some(Value::String(value)) => Some(value.clone()),
        Some(_) => None,
        None => default,
    }
}

/// The value of a condition key: a string for a key with one value, else a list that is not empty.
pub(crate) fn value_of<'a>(key: &str, asked: &'a Value) -> Option<&'a Value> {
    let context = asked.get("context").and_then(Value::as_object)?;
    let found = context.iter().find(|(known, _)| lowered(known) == lowered(key)).map(|(_, value)| value);
    found.filter(|value| value.as_array().is_none_or(|values| !values.is_empty()))
}

pub(crate) fn lowered(text: &str) -> String {
    text.to_lowercase()
}

/// A string or the strings of a list; numbers and truths as they are written.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// Whether `${…}` is a variable in a document.
pub(crate) fn versions_variables(document: &Value) -> bool {
    document.get("Version").and_then(Value::as_str) == Some("2012-10-17")
}
