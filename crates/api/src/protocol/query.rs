//! awsQuery, as STS and IAM speak it: an operation and its input are parameters of a form, answers are XML.
//!
//! Reading is strict where a second reader could understand something else: a parameter given twice, bytes that are no
//! UTF-8. Parameters that the model does not know are dropped, as AWS does.

#[cfg(test)]
mod tests;

use super::model::{
    Kind, List, Model, Operation, Protocol, Shape, ShapeId, Structure, TimestampFormat, Width,
};
use super::timestamp;
use super::unencodable::NotEncodable;
use super::xml::{Document, Writer};
use percent_encoding::percent_decode;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// More parameters than any input of the models needs; one that has more is not read.
const MOST_PARAMETERS: usize = 10_000;

/// How deep the input of an operation is nested at most; the models stay well below.
const DEEPEST: usize = 16;

/// The parameters of a request, by name.
#[derive(Default)]
pub struct Form(BTreeMap<String, String>);

/// Why a form is not the input of an operation; AWS calls it `MalformedInput`, status 400.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDecodable {
    /// The body or the query is no form.
    #[error("the request is not a form of UTF-8 text")]
    NotAForm,
    /// There are too many parameters.
    #[error("the request has more than {MOST_PARAMETERS} parameters")]
    TooMany,
    /// A parameter is given twice.
    #[error("the parameter {0} is given twice")]
    Twice(String),
    /// A parameter's text is no value of its type.
    #[error("the value of parameter {0} is not of its type")]
    WrongType(String),
}

impl Form {
    /// Reads `name=value` pairs between ampersands, percent-encoded, a plus for a space.
    ///
    /// # Errors
    /// [`NotDecodable`] says what cannot be read.
    pub fn parse(text: &[u8]) -> Result<Self, NotDecodable> {
        let mut parameters = BTreeMap::new();
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at_checked(at).unwrap_or((pair, &[]));
            let (name, value) = (decoded(name)?, decoded(value.strip_prefix(b"=").unwrap_or(value))?);
            if parameters.len() == MOST_PARAMETERS {
                return Err(NotDecodable::TooMany);
            }
            if parameters.insert(name.clone(), value).is_some() {
                return Err(NotDecodable::Twice(shown(&name)));
            }
        }
        Ok(Self(parameters))
    }

    /// The operation that is asked for.
    pub fn action(&self) -> Option<&str> {
        self.text("Action")
    }

    /// The version of the API that is asked.
    pub fn version(&self) -> Option<&str> {
        self.text("Version")
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether any parameter begins with this.
    fn has_any(&self, stem: &str) -> bool {
        self.0.range(stem.to_owned()..).next().is_some_and(|(name, _)| name.starts_with(stem))
    }

    /// The numbers that follow this stem, in order: a list may have gaps, as AWS reads them.
    fn indices(&self, stem: &str) -> BTreeSet<u32> {
        let names =
            self.0.range(stem.to_owned()..).map(|(name, _)| name).map_while(|name| name.strip_prefix(stem));
        names.filter_map(|rest| rest.split('.').next()?.parse().ok()).collect()
    }
}

/// The beginning of a name that somebody sent, fit for an answer.
fn shown(name: &str) -> String {
    name.chars().take(100).collect()
}

fn decoded(text: &[u8]) -> Result<String, NotDecodable> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let bytes: Vec<u8> = percent_decode(&spaced).collect();
    String::from_utf8(bytes).map_err(|_| NotDecodable::NotAForm)
}

/// Reads a form as the input of an operation, with the model's member names.
///
/// # Errors
/// [`NotDecodable::WrongType`] for a value that is not of its type.
pub fn decode(model: &Model, input: Option<ShapeId>, form: &Form) -> Result<Value, NotDecodable> {
    let Some(structure) = model.structure(input) else { return Ok(Map::new().into()) };
    Reader { model, form }.structure(structure, "", DEEPEST).map(Value::from)
}

struct Reader<'r> {
    model: &'r Model,
    form: &'r Form,
}

impl Reader<'_> {
    fn structure(
        &self,
        structure: &Structure,
        stem: &str,
        deep: usize,
    ) -> Result<Map<String, Value>, NotDecodable> {
        let mut object = Map::new();
        for member in &structure.members {
            let name = format!("{stem}{}", member.wire_name);
            let shape = self.model.shape(member.shape);
            if let Some(value) = self.value(shape, member.flattened, &name, deep)? {
                object.insert(member.name.to_string(), value);
            }
        }
        Ok(object)
    }

    /// The value under a name; `None` if no parameter is about it.
    fn value(
        &self,
        shape: &Shape,
        flattened: bool,
        name: &str,
        deep: usize,
    ) -> Result<Option<Value>, NotDecodable> {
        let stem = format!("{name}.");
        let deeper = match &shape.kind {
            Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } => deep.checked_sub(1),
            Kind::Text | Kind::Blob | Kind::Integer(_) | Kind::Float | Kind::Boolean | Kind::Timestamp(_) => {
                Some(deep)
            }
        };
        let Some(deeper) = deeper else { return Err(NotDecodable::WrongType(name.to_owned())) };
        match &shape.kind {
            Kind::Structure(structure) if self.form.has_any(&stem) => {
                self.structure(structure, &stem, deeper).map(|object| Some(object.into()))
            }
            Kind::List(list) => self.list(list, flattened, name, deeper),
            Kind::Map { key, value } => self.map((*key, *value), flattened, name, deeper),
            Kind::Structure(_) => self.nothing_but(None, name),
            Kind::Text | Kind::Blob | Kind::Integer(_) | Kind::Float | Kind::Boolean | Kind::Timestamp(_) => {
                let Some(text) = self.form.text(name) else { return Ok(None) };
                scalar(&shape.kind, text).map(Some).ok_or_else(|| NotDecodable::WrongType(name.to_owned()))
            }
        }
    }

    /// `Tags.member.1.Key`, or `Tags.1.Key` if the list is flattened; `Tags=` is an empty list.
    fn list(
        &self,
        list: &List,
        flattened: bool,
        name: &str,
        deep: usize,
    ) -> Result<Option<Value>, NotDecodable> {
        let stem = match (&list.element_name, list.flattened || flattened) {
            (_, true) => format!("{name}."),
            (Some(element), false) => format!("{name}.{element}."),
            (None, false) => format!("{name}.member."),
        };
        let shape = self.model.shape(list.element);
        let mut elements = Vec::new();
        for index in self.form.indices(&stem) {
            elements.extend(self.value(shape, false, &format!("{stem}{index}"), deep)?);
        }
        let is_given = !elements.is_empty() || self.form.text(name) == Some("");
        self.nothing_but(is_given.then(|| elements.into()), name)
    }

    /// What parts of a list or a structure make of it, where it has no text of its own: that would be lost.
    fn nothing_but(&self, value: Option<Value>, name: &str) -> Result<Option<Value>, NotDecodable> {
        match self.form.text(name) {
            Some(text) if !text.is_empty() => Err(NotDecodable::WrongType(shown(name))),
            Some(_) | None => Ok(value),
        }
    }

    /// `Map.entry.1.key` and `Map.entry.1.value`.
    fn map(
        &self,
        (key, value): (ShapeId, ShapeId),
        flattened: bool,
        name: &str,
        deep: usize,
    ) -> Result<Option<Value>, NotDecodable> {
        let stem = if flattened { format!("{name}.") } else { format!("{name}.entry.") };
        let mut entries = Map::new();
        for index in self.form.indices(&stem) {
            let (key_name, value_name) = (format!("{stem}{index}.key"), format!("{stem}{index}.value"));
            let key = self.value(self.model.shape(key), false, &key_name, deep)?;
            let Some(Value::String(key)) = key else { return Err(NotDecodable::WrongType(key_name)) };
            let value = self.value(self.model.shape(value), false, &value_name, deep)?;
            if entries.insert(key, value.unwrap_or_default()).is_some() {
                return Err(NotDecodable::Twice(key_name));
            }
        }
        Ok((!entries.is_empty()).then(|| entries.into()))
    }
}

/// A text as a value of its type; `None` if it is none.
fn scalar(kind: &Kind, text: &str) -> Option<Value> {
    match kind {
        Kind::Text | Kind::Blob => Some(text.into()),
        Kind::Integer(Width::Int) => text.parse::<i32>().ok().map(Value::from),
        Kind::Integer(Width::Long) => text.parse::<i64>().ok().map(Value::from),
        Kind::Float => text.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from),
        Kind::Boolean => match text {
            "true" => Some(true.into()),
            "false" => Some(false.into()),
            _ => None,
        },
        Kind::Timestamp(_) => timestamp::parse(text).map(Value::from),
        Kind::Structure(_) | Kind::List(_) | Kind::Map { .. } => None,
    }
}

/// Writes the output of an operation: its members in a result, and the request's id beside them.
///
/// # Errors
/// [`NotEncodable`] for an output that contradicts its model.
pub fn encode(
    model: &Model,
    operation: &Operation,
    request_id: &str,
    value: &Value,
) -> Result<Vec<u8>, NotEncodable> {
    let (response, result) = (format!("{}Response", operation.name), format!("{}Result", operation.name));
    let mut xml = Document::bare();
    xml.open(&response, &[("xmlns", namespace(model))]);
    if let Some(shape) = operation.output.map(|output| model.shape(output)) {
        let (Kind::Structure(structure), Value::Object(object)) = (&shape.kind, value) else {
            return Err(NotEncodable::wrong_type(shape));
        };
        NotEncodable::unless_known(&shape.name, structure, object)?;
        xml.open(&result, &[]);
        Writer { xml: &mut xml, model, moments: TimestampFormat::Iso8601Seconds }
            .members(structure, object)?;
        xml.close(&result);
    }
    xml.open("ResponseMetadata", &[]);
    xml.element("RequestId", request_id);
    xml.close("ResponseMetadata");
    xml.close(&response);
    Ok(xml.into_bytes())
}

/// Whose mistake a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// The caller's.
    Sender,
    /// The server's.
    Receiver,
}

/// The body of a refusal.
pub fn error_body(
    model: &Model,
    mistake: Mistake,
    (code, message): (&str, &str),
    request_id: &str,
) -> Vec<u8> {
    let mut xml = Document::bare();
    xml.open("ErrorResponse", &[("xmlns", namespace(model))]);
    xml.open("Error", &[]);
    xml.element(
        "Type",
        match mistake {
            Mistake::Sender => "Sender",
            Mistake::Receiver => "Receiver",
        },
    );
    xml.element("Code", code);
    xml.element("Message", message);
    xml.close("Error");
    xml.element("RequestId", request_id);
    xml.close("ErrorResponse");
    xml.into_bytes()
}

fn namespace(model: &Model) -> &str {
    match &model.protocol {
        Protocol::Query { xml_namespace } => xml_namespace,
        Protocol::AwsJson { .. } | Protocol::RestJson | Protocol::RestXml => "",
    }
}
