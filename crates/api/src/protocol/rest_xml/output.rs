//! From the output of an operation to status, headers and XML.

#[cfg(test)]
mod tests;

use super::xml::Document;
use crate::protocol::model::{
    Kind, List, Location, Member, Model, Operation, Shape, Structure, TimestampFormat,
};
use crate::protocol::timestamp;
use crate::protocol::unencodable::NotEncodable;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
const INSTANCE_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// An answer but for its stream.
#[derive(Debug)]
pub struct Encoded {
    /// The status the model gives, 200 otherwise.
    pub status: StatusCode,
    /// The headers the model binds; `Content-Type` and `Content-Length` only where they are members.
    pub headers: HeaderMap,
    /// The XML, or nothing; the bytes of a streamed member are the caller's to send.
    pub body: Vec<u8>,
}

/// A refusal as S3 writes it.
#[derive(Debug, Clone, Copy)]
pub struct ErrorBody<'e> {
    /// `NoSuchKey`.
    pub code: &'e str,
    /// A sentence.
    pub message: &'e str,
    /// What belongs to the code, `[("BucketName", "my-bucket")]`; names are ours, values may be anybody's.
    pub details: &'e [(&'e str, &'e str)],
    /// The path that was asked for.
    pub resource: &'e str,
    /// The request's id.
    pub request_id: &'e str,
    /// The host's id, `x-amz-id-2`.
    pub host_id: &'e str,
}

/// Writes the output of an operation.
///
/// `root` names the document's element, which models of this kind do not say (`ListBucketResult`); it is not used where
/// the output has no body, or names the element itself.
pub fn encode(
    model: &Model,
    operation: &Operation,
    root: &str,
    value: &Value,
) -> Result<Encoded, NotEncodable> {
    let mut headers = HeaderMap::new();
    let mut body = Vec::new();
    if let Some(shape) = operation.output.map(|output| model.shape(output)) {
        let (Kind::Structure(structure), Value::Object(object)) = (&shape.kind, value) else {
            return Err(NotEncodable::wrong_type(shape));
        };
        NotEncodable::unless_known(&shape.name, structure, object)?;
        for member in &structure.members {
            let Some(value) = object.get(&*member.name).filter(|value| !value.is_null()) else { continue };
            match member.location {
                Location::Header => write_header(model, member, value, &mut headers)?,
                Location::Headers => write_prefixed(member, value, &mut headers)?,
                Location::Body => {}
                Location::Uri | Location::Query | Location::Status => {
                    return Err(NotEncodable::NoForm(member.name.to_string()));
                }
            }
        }
        body = write_body(model, structure, root, object)?;
    }
    let status = operation.response_code.and_then(|code| StatusCode::from_u16(code).ok());
    Ok(Encoded { status: status.unwrap_or(StatusCode::OK), headers, body })
}

/// Writes the body of a refusal, which has no namespace.
pub fn error_body(error: &ErrorBody<'_>) -> Vec<u8> {
    let mut xml = Document::new();
    xml.open("Error", &[]);
    xml.element("Code", error.code);
    xml.element("Message", error.message);
    for (name, value) in error.details {
        xml.element(name, value);
    }
    xml.element("Resource", error.resource);
    xml.element("RequestId", error.request_id);
    xml.element("HostId", error.host_id);
    xml.close("Error");
    xml.into_bytes()
}

fn write_header(
    model: &Model,
    member: &Member,
    value: &Value,
    headers: &mut HeaderMap,
) -> Result<(), NotEncodable> {
    let shape = model.shape(member.shape);
    let text = match (&shape.kind, value) {
        (Kind::List(list), Value::Array(elements)) => {
            let element = model.shape(list.element);
            let texts = elements.iter().map(|value| scalar(element, value, TimestampFormat::HttpDate));
            texts.collect::<Result<Vec<_>, _>>()?.join(",")
        }
        (_, _) => scalar(shape, value, TimestampFormat::HttpDate)?,
    };
    insert(headers, &member.wire_name, &text)
}

fn write_prefixed(member: &Member, value: &Value, headers: &mut HeaderMap) -> Result<(), NotEncodable> {
    let Value::Object(entries) = value else { return Err(NotEncodable::WrongType(member.name.to_string())) };
    for (key, value) in entries {
        let text = value.as_str().ok_or_else(|| NotEncodable::WrongType(member.name.to_string()))?;
        insert(headers, &format!("{}{key}", member.wire_name), text)?;
    }
    Ok(())
}

fn insert(headers: &mut HeaderMap, name: &str, text: &str) -> Result<(), NotEncodable> {
    let cannot = || NotEncodable::NotAHeader(name.to_owned());
    let header = HeaderName::try_from(name).map_err(|_| cannot())?;
    headers.insert(header, HeaderValue::from_bytes(text.as_bytes()).map_err(|_| cannot())?);
    Ok(())
}

fn write_body(
    model: &Model,
    structure: &Structure,
    root: &str,
    object: &Map<String, Value>,
) -> Result<Vec<u8>, NotEncodable> {
    let (root, structure, object) = match structure.payload() {
        Some(member) if member.streaming => return Ok(Vec::new()),
        Some(member) => {
            let shape = model.shape(member.shape);
            match (&shape.kind, object.get(&*member.name)) {
                (_, None | Some(Value::Null)) => return Ok(Vec::new()),
                (Kind::Text, Some(Value::String(text))) => return Ok(text.as_bytes().to_vec()),
                (Kind::Structure(structure), Some(Value::Object(object))) => {
                    NotEncodable::unless_known(&shape.name, structure, object)?;
                    (&*member.wire_name, structure, object)
                }
                (_, _) => return Err(NotEncodable::wrong_type(shape)),
            }
        }
        None if !structure.members.iter().any(|member| member.location == Location::Body) => {
            return Ok(Vec::new());
        }
        None => (root, structure, object),
    };
    let mut writer = Writer { xml: Document::new(), model };
    writer.xml.open(root, &[("xmlns", NAMESPACE)]);
    writer.members(structure, object)?;
    writer.xml.close(root);
    Ok(writer.xml.into_bytes())
}

struct Writer<'m> {
    xml: Document,
    model: &'m Model,
}

impl Writer<'_> {
    fn members(&mut self, structure: &Structure, object: &Map<String, Value>) -> Result<(), NotEncodable> {
        for member in structure.members.iter().filter(|it| it.location == Location::Body && !it.xml_attribute)
        {
            let Some(value) = object.get(&*member.name).filter(|value| !value.is_null()) else { continue };
            let shape = self.model.shape(member.shape);
            match (&shape.kind, value) {
                (Kind::List(list), Value::Array(elements)) => self.list(member, list, elements)?,
                (_, _) => self.value(&member.wire_name, shape, value)?,
            }
        }
        Ok(())
    }

    /// A flattened list repeats its elements, under their own name or else the member's.
    fn list(&mut self, member: &Member, list: &List, elements: &[Value]) -> Result<(), NotEncodable> {
        let shape = self.model.shape(list.element);
        let flattened = list.flattened || member.flattened;
        let nameless = if flattened { &*member.wire_name } else { "member" };
        let name = list.element_name.as_deref().unwrap_or(nameless);
        if !flattened {
            self.xml.open(&member.wire_name, &[]);
        }
        for element in elements {
            self.value(name, shape, element)?;
        }
        if !flattened {
            self.xml.close(&member.wire_name);
        }
        Ok(())
    }

    fn value(&mut self, name: &str, shape: &Shape, value: &Value) -> Result<(), NotEncodable> {
        match (&shape.kind, value) {
            (Kind::Structure(structure), Value::Object(object)) => {
                NotEncodable::unless_known(&shape.name, structure, object)?;
                self.xml.open(name, &attributes(structure, object));
                self.members(structure, object)?;
                self.xml.close(name);
            }
            (Kind::List(_) | Kind::Map { .. }, _) => {
                return Err(NotEncodable::NoForm(shape.name.to_string()));
            }
            (_, _) => self.xml.element(name, &scalar(shape, value, TimestampFormat::Iso8601)?),
        }
        Ok(())
    }
}

/// The members that are attributes, with the namespace their prefix needs.
fn attributes<'v>(structure: &'v Structure, object: &'v Map<String, Value>) -> Vec<(&'v str, &'v str)> {
    let mut attributes = Vec::new();
    for member in structure.members.iter().filter(|member| member.xml_attribute) {
        if let Some(value) = object.get(&*member.name).and_then(Value::as_str) {
            if member.wire_name.starts_with("xsi:") {
                attributes.push(("xmlns:xsi", INSTANCE_NAMESPACE));
            }
            attributes.push((&*member.wire_name, value));
        }
    }
    attributes
}

/// A value without parts as text; moments in the format of the shape or else of the place.
fn scalar(shape: &Shape, value: &Value, place: TimestampFormat) -> Result<String, NotEncodable> {
    let wrong = || NotEncodable::wrong_type(shape);
    match (&shape.kind, value) {
        (Kind::Text | Kind::Blob, Value::String(text)) => Ok(text.clone()),
        (Kind::Boolean, Value::Bool(flag)) => Ok(flag.to_string()),
        (Kind::Integer(_) | Kind::Float, Value::Number(number)) => Ok(number.to_string()),
        (Kind::Timestamp(format), Value::Number(number)) => {
            let millis = number.as_i64().ok_or_else(wrong)?;
            let written = match format.unwrap_or(place) {
                TimestampFormat::Iso8601 => timestamp::iso8601(millis),
                TimestampFormat::HttpDate => timestamp::http_date(millis),
                TimestampFormat::EpochSeconds => Some(timestamp::epoch_seconds(millis)),
            };
            written.ok_or_else(wrong)
        }
        (_, _) => Err(wrong()),
    }
}
