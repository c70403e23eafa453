//! From path, query, headers and, where it is XML, the body to the input of an operation.

use super::body::{self, BadDocument};
use super::target::Target;
use crate::protocol::model::{
    Kind, Location, Member, Model, Operation, Shape, Structure, TimestampFormat, Width,
};
use crate::protocol::timestamp;
use http::HeaderMap;
use http::header::{IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE};
use serde_json::{Map, Value};

/// Why a request is not the input of an operation.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadInput {
    /// A parameter or header is not of its type; S3 calls it `InvalidArgument`, status 400, and repeats name and value.
    #[error("{message}")]
    Argument {
        /// The parameter's or header's name.
        name: String,
        /// What was sent.
        value: String,
        /// What S3 says of it.
        message: String,
    },
    /// A header is not UTF-8, has no name after its prefix, or is there twice.
    #[error("header `{0}` cannot be read")]
    Header(String),
    /// The body must not be empty; S3 calls it `MissingRequestBodyError`, status 400.
    #[error("`{0}` needs a body")]
    NoBody(String),
    /// The body is not the document that the operation takes.
    #[error("{0}")]
    Document(#[from] BadDocument),
    /// The body is not UTF-8, where it is a text that the operation takes.
    #[error("the body of `{0}` is not UTF-8")]
    NotText(String),
    /// The operation takes a body that is neither XML nor text, which is not read here; S3 calls it `NotImplemented`, status 501.
    #[error("`{0}` takes a body that is not read here")]
    BodyNotRead(String),
}

/// Gathers the input of an operation from where its model binds it; a streamed body is left to the caller, and `body` is
/// empty.
///
/// The value has the model's member names; what was not sent is absent. Its shape is checked by
/// [`constraint::check`](crate::protocol::constraint::check).
pub fn decode(
    model: &Model,
    operation: &Operation,
    target: &Target,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Value, BadInput> {
    let mut input = Map::new();
    let members = model.structure(operation.input).map_or(&[][..], |input| &input.members);
    for member in members {
        let shape = model.shape(member.shape);
        let value = match member.location {
            Location::Uri => label(member, target).map(Value::from),
            Location::Query => match target.parameter(&member.wire_name) {
                Some(sent) => {
                    let text = sent.value.as_deref().unwrap_or_default();
                    Some(typed(model, shape, text).ok_or_else(|| argument(member, shape, text))?)
                }
                None => None,
            },
            Location::Header => header(model, member, shape, headers)?,
            Location::Headers => prefixed(member, headers)?,
            Location::Body if member.streaming => None,
            Location::Body if is_document(model, operation, member) => match (body, member.required) {
                ([], true) => return Err(BadInput::NoBody(operation.name.to_string())),
                ([], false) => None,
                (body, _) => Some(body::read(model, member, body)?),
            },
            Location::Body if is_text(model, operation, member) => match (body, member.required) {
                ([], true) => return Err(BadInput::NoBody(operation.name.to_string())),
                ([], false) => None,
                (body, _) => Some(text(operation, body)?.into()),
            },
            Location::Body | Location::Status => {
                return Err(BadInput::BodyNotRead(operation.name.to_string()));
            }
        };
        if let Some(value) = value {
            input.insert(member.name.to_string(), value);
        }
    }
    Ok(input.into())
}

/// Whether the member is an XML document that is the whole body.
fn is_document(model: &Model, operation: &Operation, member: &Member) -> bool {
    is_payload(model, operation, member) && matches!(model.shape(member.shape).kind, Kind::Structure(_))
}

/// Whether the member is a text that is the whole body, as the policy of a bucket.
fn is_text(model: &Model, operation: &Operation, member: &Member) -> bool {
    is_payload(model, operation, member) && matches!(model.shape(member.shape).kind, Kind::Text)
}

fn is_payload(model: &Model, operation: &Operation, member: &Member) -> bool {
    let payload = model.structure(operation.input).and_then(Structure::payload);
    payload.is_some_and(|payload| payload.name == member.name)
}

fn text<'b>(operation: &Operation, body: &'b [u8]) -> Result<&'b str, BadInput> {
    std::str::from_utf8(body).map_err(|_| BadInput::NotText(operation.name.to_string()))
}

fn argument(member: &Member, shape: &Shape, value: &str) -> BadInput {
    let name = member.wire_name.to_string();
    let is_integer = matches!(shape.kind, Kind::Integer(_));
    let wrong = if is_integer { "not an integer or within integer range" } else { "is not valid" };
    BadInput::Argument { message: format!("Provided {name} {wrong}"), name, value: value.to_owned() }
}

/// S3 has two labels in its paths.
fn label<'t>(member: &Member, target: &'t Target) -> Option<&'t str> {
    match &*member.wire_name {
        "Bucket" => target.bucket.as_deref(),
        "Key" => target.key.as_deref(),
        _ => None,
    }
}

fn header(
    model: &Model,
    member: &Member,
    shape: &Shape,
    headers: &HeaderMap,
) -> Result<Option<Value>, BadInput> {
    let name = &*member.wire_name;
    let is_list = matches!(shape.kind, Kind::List(_));
    let mut texts = Vec::new();
    for value in headers.get_all(name) {
        texts.push(std::str::from_utf8(value.as_bytes()).map_err(|_| BadInput::Header(name.to_owned()))?);
    }
    let text = match texts.as_slice() {
        [] => return Ok(None),
        [one] => (*one).to_owned(),
        several if is_list => several.join(","),
        _ => return Err(BadInput::Header(name.to_owned())),
    };
    match typed(model, shape, &text) {
        Some(value) => Ok(Some(value)),
        None if is_ignored_when_no_date(name) => Ok(None),
        None => Err(argument(member, shape, &text)),
    }
}

/// RFC 9110 §13.1.3 and §13.1.4: a recipient must ignore these two if they are no date.
fn is_ignored_when_no_date(name: &str) -> bool {
    [IF_MODIFIED_SINCE, IF_UNMODIFIED_SINCE].iter().any(|header| name.eq_ignore_ascii_case(header.as_str()))
}

/// All headers with the member's prefix, by what follows it; repeated ones are one value with commas, as in S3.
fn prefixed(member: &Member, headers: &HeaderMap) -> Result<Option<Value>, BadInput> {
    let mut found = Map::new();
    for name in headers.keys() {
        let Some(key) = name.as_str().strip_prefix(&*member.wire_name) else { continue };
        let unreadable = || BadInput::Header(name.to_string());
        let mut texts = Vec::new();
        for value in headers.get_all(name) {
            texts.push(std::str::from_utf8(value.as_bytes()).map_err(|_| unreadable())?);
        }
        if key.is_empty() {
            return Err(unreadable());
        }
        found.insert(key.to_owned(), texts.join(",").into());
    }
    Ok((!found.is_empty()).then_some(found.into()))
}

/// A text of a query, header or element as a value of its shape; `None` if it is not one.
pub(super) fn typed(model: &Model, shape: &Shape, text: &str) -> Option<Value> {
    match &shape.kind {
        Kind::Text | Kind::Blob => Some(text.into()),
        Kind::Integer(Width::Int) => whole::<i32>(text).map(Value::from),
        Kind::Integer(Width::Long) => whole::<i64>(text).map(Value::from),
        Kind::Float => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        Kind::Boolean => match text {
            "true" => Some(true.into()),
            "false" => Some(false.into()),
            _ => None,
        },
        Kind::Timestamp(Some(TimestampFormat::EpochSeconds)) => {
            whole::<i64>(text)?.checked_mul(1000).map(Value::from)
        }
        Kind::Timestamp(_) => timestamp::parse(text).map(Value::from),
        Kind::List(list) => {
            let element = model.shape(list.element);
            text.split(',')
                .map(|part| typed(model, element, part.trim()))
                .collect::<Option<Vec<_>>>()
                .map(Value::from)
        }
        Kind::Structure(_) | Kind::Map { .. } => None,
    }
}

/// Digits with a minus at most: Rust would read a plus too.
fn whole<N: std::str::FromStr>(text: &str) -> Option<N> {
    (!text.starts_with('+')).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
