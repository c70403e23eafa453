//! awsJson 1.1: bodies to values and back.
//!
//! Reading is strict where a second reader could understand something else (duplicate keys, text after the object)
//! and generous where AWS's clients are: unknown members are dropped, null members are absent, an empty body is `{}`.
//! The server's own service has no such clients; there a member that is misspelled or null is refused, because what it
//! was meant to narrow would be done to everything.

#[cfg(test)]
mod tests;

use super::model::{Kind, Model, Operation, Protocol, Shape, ShapeId, Width};
use super::timestamp;
use super::unencodable::NotEncodable;
use data_encoding::BASE64;
use domain::strict_json;
use serde_json::{Number, Value};

/// Why a body is not the input of an operation; AWS calls both `SerializationException`, status 400.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDecodable {
    /// The body is no JSON object, is nested too deep or says a key twice. AWS answers it without a message.
    #[error("the body is not a JSON object that says everything once")]
    Malformed,
    /// A value is of another type than the model's; the text is AWS's message.
    #[error("{0}")]
    WrongType(String),
}

impl NotDecodable {
    /// The message AWS sends with it, if any.
    pub fn wire_message(&self) -> Option<&str> {
        match self {
            Self::Malformed => None,
            Self::WrongType(message) => Some(message),
        }
    }
}

/// The operation that an `X-Amz-Target` header names, `AWSCognitoIdentityService.GetId`; `None` for another service's
/// or an unknown one.
pub fn operation<'m>(model: &'m Model, target: &str) -> Option<&'m Operation> {
    let Protocol::AwsJson { target_prefix, .. } = &model.protocol else { return None };
    model.operation(target.strip_prefix(&**target_prefix)?.strip_prefix('.')?)
}

/// Reads a request body as the input of an operation.
///
/// The value has members the model knows and no nulls but as elements of lists and values of maps, which
/// [`constraint::check`](super::constraint::check) refuses. The caller bounds the size of the body.
pub fn decode(model: &Model, input: Option<ShapeId>, body: &[u8]) -> Result<Value, NotDecodable> {
    let mut value = match body {
        [] => Value::Object(serde_json::Map::new()),
        text => strict_json::parse(text).ok_or(NotDecodable::Malformed)?,
    };
    match (&value, input) {
        (Value::Object(_), Some(shape)) => {
            let shape = model.shape(shape);
            if model.protocol == Protocol::RestJson {
                refuse_strangers(model, shape, &value)?;
            }
            conform(model, shape, &mut value)?;
        }
        (Value::Object(_), None) => value = Value::Object(serde_json::Map::new()),
        (Value::Array(_), _) => return Err(NotDecodable::WrongType(LIST_FOUND.to_owned())),
        (_, _) => return Err(NotDecodable::Malformed),
    }
    Ok(value)
}

/// Writes the output of an operation; the empty body where it has none.
///
/// Members stand in the model's order.
pub fn encode(model: &Model, output: Option<ShapeId>, value: &Value) -> Result<Vec<u8>, NotEncodable> {
    let mut json = Vec::new();
    if let Some(shape) = output {
        write(&mut json, model, model.shape(shape), value)?;
    }
    Ok(json)
}

/// The body of an error: its bare name and its message.
pub fn error_body(code: &str, message: Option<&str>) -> Vec<u8> {
    let mut body = br#"{"__type":"#.to_vec();
    write_text(&mut body, code);
    if let Some(message) = message {
        body.extend_from_slice(br#","message":"#);
        write_text(&mut body, message);
    }
    body.push(b'}');
    body
}

const LIST_FOUND: &str = "Start of list found where not expected";
const OBJECT_FOUND: &str = "Start of structure or map found where not expected.";

/// Refuses members that a structure has not, or that are null.
fn refuse_strangers(model: &Model, shape: &Shape, value: &Value) -> Result<(), NotDecodable> {
    match (&shape.kind, value) {
        (Kind::Structure(structure), Value::Object(object)) => {
            object.iter().try_for_each(|(name, value)| match structure.member(name) {
                None => Err(NotDecodable::WrongType(format!(
                    "there is no member {}",
                    name.chars().take(100).collect::<String>()
                ))),
                Some(_) if value.is_null() => Err(NotDecodable::WrongType(format!("{name} is null"))),
                Some(member) => refuse_strangers(model, model.shape(member.shape), value),
            })
        }
        (Kind::List(list), Value::Array(elements)) => {
            let shape = model.shape(list.element);
            elements.iter().try_for_each(|element| refuse_strangers(model, shape, element))
        }
        (Kind::Map { value: of, .. }, Value::Object(entries)) => {
            let shape = model.shape(*of);
            entries.values().try_for_each(|value| refuse_strangers(model, shape, value))
        }
        (_, _) => Ok(()),
    }
}

/// Makes a value what its shape says: drops what the model does not know, and turns moments into milliseconds.
fn conform(model: &Model, shape: &Shape, value: &mut Value) -> Result<(), NotDecodable> {
    let fits = match (&shape.kind, &mut *value) {
        (Kind::Structure(structure), Value::Object(_)) if structure.document => true,
        (Kind::Structure(structure), Value::Object(object)) => {
            object.retain(|name, value| !value.is_null() && structure.member(name).is_some());
            for (name, value) in object.iter_mut() {
                if let Some(member) = structure.member(name) {
                    conform(model, model.shape(member.shape), value)?;
                }
            }
            true
        }
        (Kind::List(list), Value::Array(elements)) => {
            conform_each(model, list.element, elements.iter_mut())?;
            true
        }
        (Kind::Map { value: of, .. }, Value::Object(entries)) => {
            conform_each(model, *of, entries.values_mut())?;
            true
        }
        (Kind::Text, Value::String(_))
        | (Kind::Boolean, Value::Bool(_))
        | (Kind::Float, Value::Number(_)) => true,
        (Kind::Blob, Value::String(base64)) => BASE64.decode_len(base64.len()).is_ok() && is_base64(base64),
        (Kind::Integer(width), Value::Number(number)) => assign(number, whole(number, *width)),
        (Kind::Timestamp(_), Value::Number(number)) => assign(number, millis(number)),
        (_, _) => false,
    };
    if fits { Ok(()) } else { Err(NotDecodable::WrongType(mismatch(&shape.kind, value))) }
}

fn conform_each<'v>(
    model: &Model,
    shape: ShapeId,
    values: impl Iterator<Item = &'v mut Value>,
) -> Result<(), NotDecodable> {
    let shape = model.shape(shape);
    for value in values.filter(|value| !value.is_null()) {
        conform(model, shape, value)?;
    }
    Ok(())
}

fn is_base64(text: &str) -> bool {
    BASE64.decode(text.as_bytes()).is_ok()
}

fn assign(number: &mut Number, meaning: Option<i64>) -> bool {
    meaning.map(|meaning| *number = meaning.into()).is_some()
}

/// The number as a whole one of this width; `3.0` is one.
fn whole(number: &Number, width: Width) -> Option<i64> {
    /// Above it a double skips whole numbers.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let whole = number.as_i64().or_else(|| {
        let exact = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= EXACT);
        exact.map(|float| {
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and within the exact range")]
            let whole = float as i64;
            whole
        })
    })?;
    match width {
        Width::Int => i32::try_from(whole).ok().map(i64::from),
        Width::Long => Some(whole),
    }
}

/// Epoch seconds, with or without a fraction, as milliseconds.
fn millis(seconds: &Number) -> Option<i64> {
    /// The last second of the year 9999 and, mirrored, a time before any calendar in use.
    const FARTHEST: f64 = 253_402_300_799.0;
    let seconds = seconds.as_f64().filter(|seconds| seconds.abs() <= FARTHEST)?;
    #[expect(clippy::cast_possible_truncation, reason = "it is far within 53 bits")]
    let millis = (seconds * 1000.0).round() as i64;
    Some(millis)
}

/// AWS's words for a value of the wrong type, as its JSON protocols say them.
fn mismatch(wanted: &Kind, found: &Value) -> String {
    let token = match found {
        Value::Array(_) => return LIST_FOUND.to_owned(),
        Value::Object(_) => return OBJECT_FOUND.to_owned(),
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(number) if number.is_f64() => "DECIMAL_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
    };
    let wanted = match wanted {
        Kind::Structure(_) => return "Expected null".to_owned(),
        Kind::List(_) => return "Expected list or null".to_owned(),
        Kind::Map { .. } => return "Expected map or null".to_owned(),
        Kind::Text => "a String",
        Kind::Blob => "a ByteBuffer",
        Kind::Integer(Width::Int) => "an Integer",
        Kind::Integer(Width::Long) => "a Long",
        Kind::Float => "a Double",
        Kind::Boolean => "a Boolean",
        Kind::Timestamp(_) => "a Timestamp",
    };
    format!("{token} can not be converted to {wanted}")
}

fn write(json: &mut Vec<u8>, model: &Model, shape: &Shape, value: &Value) -> Result<(), NotEncodable> {
    match (&shape.kind, value) {
        (Kind::Structure(structure), Value::Object(_)) if structure.document => {
            json.extend_from_slice(value.to_string().as_bytes());
        }
        (Kind::Structure(structure), Value::Object(object)) => {
            NotEncodable::unless_known(&shape.name, structure, object)?;
            let entries = structure.members.iter().filter_map(|member| {
                let value = object.get(&*member.name).filter(|value| !value.is_null())?;
                Some((&*member.name, model.shape(member.shape), value))
            });
            write_object(json, model, entries)?;
        }
        (Kind::Map { value: of, .. }, Value::Object(entries)) => {
            let of = model.shape(*of);
            write_object(json, model, entries.iter().map(|(key, value)| (&**key, of, value)))?;
        }
        (Kind::List(list), Value::Array(elements)) => {
            let of = model.shape(list.element);
            json.push(b'[');
            for (at, element) in elements.iter().enumerate() {
                if at > 0 {
                    json.push(b',');
                }
                write(json, model, of, element)?;
            }
            json.push(b']');
        }
        (Kind::Text | Kind::Blob, Value::String(text)) => write_text(json, text),
        (Kind::Integer(_) | Kind::Float, Value::Number(number)) => {
            json.extend_from_slice(number.to_string().as_bytes());
        }
        (Kind::Boolean, Value::Bool(flag)) => json.extend_from_slice(if *flag { b"true" } else { b"false" }),
        (Kind::Timestamp(_), Value::Number(number)) => {
            let millis = number.as_i64().ok_or_else(|| NotEncodable::wrong_type(shape))?;
            json.extend_from_slice(timestamp::epoch_seconds(millis).as_bytes());
        }
        (_, _) => return Err(NotEncodable::wrong_type(shape)),
    }
    Ok(())
}

fn write_object<'v>(
    json: &mut Vec<u8>,
    model: &Model,
    entries: impl Iterator<Item = (&'v str, &'v Shape, &'v Value)>,
) -> Result<(), NotEncodable> {
    json.push(b'{');
    for (at, (name, shape, value)) in entries.enumerate() {
        if at > 0 {
            json.push(b',');
        }
        write_text(json, name);
        json.push(b':');
        write(json, model, shape, value)?;
    }
    json.push(b'}');
    Ok(())
}

fn write_text(json: &mut Vec<u8>, text: &str) {
    let written = serde_json::to_writer(json, text);
    debug_assert!(written.is_ok(), "writing a text to memory cannot fail");
}
