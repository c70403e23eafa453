//! A service's model: its operations, shapes and constraints, indexed so that no request parses anything twice.

mod read;
#[cfg(test)]
mod tests;

use super::pattern::Pattern;
use http::Method;
use serde_json::Number;
use std::collections::HashMap;
use std::sync::Arc;

/// Why a model's text is not a model.
#[derive(Debug, thiserror::Error)]
pub enum BadModel {
    /// The text is not JSON of the expected form.
    #[error("the model cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A reference leads to no shape.
    #[error("the model names shape `{0}` and does not have it")]
    MissingShape(String),
    /// A word of the model has no meaning here.
    #[error("the model says `{word}` of `{about}`, which is not known")]
    UnknownWord {
        /// The shape, operation or service that says it.
        about: String,
        /// What it says.
        word: String,
    },
}

/// One service as its model describes it.
#[derive(Debug)]
pub struct Model {
    /// The service's name, `cognito-identity`.
    pub service: Box<str>,
    /// How requests and answers are framed.
    pub protocol: Protocol,
    /// The version of the API, `2014-06-30`.
    pub api_version: Box<str>,
    operations: Vec<Operation>,
    operation_by_name: HashMap<Box<str>, usize>,
    shapes: Vec<Shape>,
    stranger: Shape,
}

/// The wire protocol of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protocol {
    /// JSON bodies, the operation in `X-Amz-Target`.
    AwsJson {
        /// `1.1` in `application/x-amz-json-1.1`.
        version: Box<str>,
        /// What stands before the dot in `X-Amz-Target`.
        target_prefix: Box<str>,
    },
    /// JSON bodies, the operation in method and path.
    RestJson,
    /// XML bodies, the operation in method, path, query and headers.
    RestXml,
    /// Form bodies, XML answers in this namespace.
    Query {
        /// The namespace of answers.
        xml_namespace: Box<str>,
    },
}

/// One operation of a service.
#[derive(Debug)]
pub struct Operation {
    /// Its name, `GetId`.
    pub name: Box<str>,
    /// The method it is called with.
    pub method: Method,
    /// Its path and fixed query, `/{Bucket}/{Key+}?uploads`.
    pub request_uri: Box<str>,
    /// The status of success where the model fixes one; 200 otherwise.
    pub response_code: Option<u16>,
    /// Whether the model asks for a signature; `false` is `authtype: none`.
    pub signed: bool,
    /// The structure it takes.
    pub input: Option<ShapeId>,
    /// The structure it answers with; without one the answer has no body.
    pub output: Option<ShapeId>,
    /// The names of the errors the model declares for it.
    pub errors: Vec<Box<str>>,
}

/// A shape of one model; an index that is only meaningful there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ShapeId(usize);

/// A type of the model with what holds for its values.
#[derive(Debug)]
pub struct Shape {
    /// Its name, `IdentityPoolId`.
    pub name: Box<str>,
    /// What its values are.
    pub kind: Kind,
    /// Whether its values must never be shown, neither in errors nor in logs.
    pub sensitive: bool,
    /// What its values must satisfy, in the order AWS lists it: longest, shortest, pattern, enumeration.
    pub constraints: Vec<Constraint>,
}

/// What the values of a shape are.
#[derive(Debug)]
pub enum Kind {
    /// Named members.
    Structure(Structure),
    /// Elements of one shape.
    List(List),
    /// Texts to values of one shape.
    Map {
        /// The shape of the keys.
        key: ShapeId,
        /// The shape of the values.
        value: ShapeId,
    },
    /// A text.
    Text,
    /// Bytes; base64 in JSON.
    Blob,
    /// A whole number.
    Integer(Width),
    /// A number with a fraction.
    Float,
    /// `true` or `false`.
    Boolean,
    /// A moment; the format where the model departs from the protocol's own.
    Timestamp(Option<TimestampFormat>),
}

/// How wide a whole number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// 32 bits, `integer`.
    Int,
    /// 64 bits, `long`.
    Long,
}

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2026-01-02T03:04:05.000Z`.
    Iso8601,
    /// `2026-01-02T03:04:05Z`, as the query services write it.
    Iso8601Seconds,
    /// `Fri, 02 Jan 2026 03:04:05 GMT`.
    HttpDate,
    /// Seconds since the epoch.
    EpochSeconds,
}

/// A list and how XML writes it.
#[derive(Debug)]
pub struct List {
    /// The shape of the elements.
    pub element: ShapeId,
    /// The elements' name in XML where the model gives one.
    pub element_name: Option<Box<str>>,
    /// Whether XML repeats the elements without one around them.
    pub flattened: bool,
}

/// The members of a structure, in the model's order.
#[derive(Debug)]
pub struct Structure {
    /// Its members.
    pub members: Vec<Member>,
    /// Whether any JSON may stand here.
    pub document: bool,
    /// The member that is the whole body.
    payload: Option<usize>,
    by_name: HashMap<Box<str>, usize>,
}

/// A member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Its name in the model and in JSON, `IdentityPoolId`.
    pub name: Box<str>,
    /// Its name in validation errors, `identityPoolId`.
    pub error_name: Box<str>,
    /// Its name on the wire where the protocol binds or renames it, `x-amz-acl`.
    pub wire_name: Box<str>,
    /// The shape of its values.
    pub shape: ShapeId,
    /// Whether it must be there.
    pub required: bool,
    /// Where in a message it stands.
    pub location: Location,
    /// Whether XML repeats the elements of its list without one around them.
    pub flattened: bool,
    /// Whether it is a stream of bytes, which is the caller's to carry.
    pub streaming: bool,
    /// Whether it is an attribute in XML.
    pub xml_attribute: bool,
}

/// Where in an HTTP message a member stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the body.
    Body,
    /// In the path.
    Uri,
    /// In the query.
    Query,
    /// In one header.
    Header,
    /// In all headers with this prefix.
    Headers,
    /// It is the status.
    Status,
}

/// Something that values of a shape must satisfy.
///
/// A text's length is counted in Unicode scalar values, as the Smithy `length` trait defines it; a blob's in decoded
/// bytes; a list's and a map's in entries.
#[derive(Debug)]
pub enum Constraint {
    /// At most this long.
    MaxLength(u64),
    /// At least this long.
    MinLength(u64),
    /// At most this number.
    MaxValue(Number),
    /// At least this number.
    MinValue(Number),
    /// The whole text matches.
    Pattern(Arc<Pattern>),
    /// One of these texts.
    OneOf(Vec<Box<str>>),
}

impl Model {
    /// Reads a model from its text.
    ///
    /// Patterns are compiled when they are first needed, so that loading takes a few milliseconds.
    pub fn load(text: &str) -> Result<Self, BadModel> {
        read::model(text)
    }

    /// Lets a shape have any text: its enumeration is of AWS's own things and not of those here.
    pub fn open_enumeration(&mut self, shape: &str) {
        for shape in self.shapes.iter_mut().filter(|it| *it.name == *shape) {
            shape.constraints.retain(|constraint| !matches!(constraint, Constraint::OneOf(_)));
        }
    }

    /// The operation of this name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operation_by_name.get(name).and_then(|&at| self.operations.get(at))
    }

    /// All operations, in the model's order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The shape behind an id of this model.
    ///
    /// Ids come from the model itself; one that leads nowhere is taken for a secret text, which fits nothing else.
    pub fn shape(&self, id: ShapeId) -> &Shape {
        self.shapes.get(id.0).unwrap_or(&self.stranger)
    }

    /// All shapes, in the model's order.
    pub fn shapes(&self) -> &[Shape] {
        &self.shapes
    }

    /// The members of an operation's input or output; `None` where it has none.
    pub fn structure(&self, id: Option<ShapeId>) -> Option<&Structure> {
        let Kind::Structure(structure) = &self.shape(id?).kind else { return None };
        Some(structure)
    }
}

impl Structure {
    /// The member of this name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.by_name.get(name).and_then(|&at| self.members.get(at))
    }

    /// The member that is the whole body.
    pub fn payload(&self) -> Option<&Member> {
        self.payload.and_then(|at| self.members.get(at))
    }
}
