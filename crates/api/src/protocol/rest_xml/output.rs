//! From the output of an operation to status, headers and XML.

#[cfg(test)]
mod tests;

use crate::protocol::model::{Kind, Location, Member, Model, Operation, Structure, TimestampFormat};
use crate::protocol::unencodable::NotEncodable;
use crate::protocol::xml::{Document, Writer, scalar};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::{Map, Value};

/// S3's namespace.
pub(super) const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

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
/// the output has no body, or names the element itself. A root of the name of the output's only member is that member.
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
    let mut xml = Document::new();
    xml.open(root, &[("xmlns", NAMESPACE)]);
    match structure.members.as_slice() {
        [member] if *member.wire_name == *root => {
            let value = object.get(&*member.name).unwrap_or(&Value::Null);
            xml.text(&scalar(model.shape(member.shape), value, TimestampFormat::Iso8601)?);
        }
        _ => Writer { xml: &mut xml, model, moments: TimestampFormat::Iso8601 }.members(structure, object)?,
    }
    xml.close(root);
    Ok(xml.into_bytes())
}
