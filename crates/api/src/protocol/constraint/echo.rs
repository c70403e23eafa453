//! A refused value shown back as Java's `toString` writes it, bounded, and never if it is a secret.

use crate::protocol::model::{Kind, Model, Shape};
use serde_json::Value;
use std::fmt;

/// How many characters of a refused value are shown.
const LONGEST: usize = 1000;

/// What an error shows of a value.
#[derive(Debug)]
pub(super) enum Echo {
    /// There is no value: `Value null at`.
    Null,
    /// The value is or holds a secret: `Value at`.
    Withheld,
    /// The value: `Value '…' at`.
    Shown(String),
}

impl fmt::Display for Echo {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str(" null"),
            Self::Withheld => Ok(()),
            Self::Shown(text) => write!(formatter, " '{text}'"),
        }
    }
}

/// Shows a value of this shape.
///
/// A container is shown though its parts are sensitive when these are empty: an empty token tells nothing, and AWS shows
/// `{graph.facebook.com=}`.
pub(super) fn echo(model: &Model, shape: &Shape, value: &Value) -> Echo {
    if shape.sensitive || holds_secret(model, shape, value) {
        return Echo::Withheld;
    }
    let mut text = Bounded { text: String::new(), left: LONGEST };
    java(&mut text, value);
    Echo::Shown(text.text)
}

/// At most as much of a text as an error shows.
pub(super) fn shortened(text: &str) -> &str {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text.get(..end).unwrap_or_default(),
        None => text,
    }
}

fn holds_secret(model: &Model, shape: &Shape, value: &Value) -> bool {
    match (&shape.kind, value) {
        (_, Value::Null) => false,
        (Kind::Structure(structure), Value::Object(object)) => object.iter().any(|(name, value)| {
            structure.member(name).is_none_or(|member| {
                let shape = model.shape(member.shape);
                secret(shape, value) || holds_secret(model, shape, value)
            })
        }),
        (Kind::List(list), Value::Array(elements)) => {
            let shape = model.shape(list.element);
            elements.iter().any(|element| secret(shape, element) || holds_secret(model, shape, element))
        }
        (Kind::Map { key, value: of }, Value::Object(object)) => {
            let (key_shape, shape) = (model.shape(*key), model.shape(*of));
            object.iter().any(|(key, value)| {
                (key_shape.sensitive && !key.is_empty())
                    || secret(shape, value)
                    || holds_secret(model, shape, value)
            })
        }
        (_, _) => false,
    }
}

fn secret(shape: &Shape, value: &Value) -> bool {
    shape.sensitive && !value.is_null() && value.as_str() != Some("")
}

/// Writes `[a, b]` and `{k=v}`.
fn java(text: &mut Bounded, value: &Value) {
    match value {
        Value::Null => text.push("null"),
        Value::Bool(flag) => text.push(if *flag { "true" } else { "false" }),
        Value::Number(number) => text.push(&number.to_string()),
        Value::String(string) => text.push(string),
        Value::Array(elements) => {
            text.push("[");
            for (at, element) in elements.iter().enumerate() {
                if text.left == 0 {
                    break;
                }
                text.push(if at == 0 { "" } else { ", " });
                java(text, element);
            }
            text.push("]");
        }
        Value::Object(entries) => {
            text.push("{");
            for (at, (key, value)) in entries.iter().enumerate() {
                if text.left == 0 {
                    break;
                }
                text.push(if at == 0 { "" } else { ", " });
                text.push(key);
                text.push("=");
                java(text, value);
            }
            text.push("}");
        }
    }
}

struct Bounded {
    text: String,
    left: usize,
}

impl Bounded {
    fn push(&mut self, piece: &str) {
        for letter in piece.chars().take(self.left) {
            self.text.push(letter);
            self.left -= 1;
        }
    }
}
