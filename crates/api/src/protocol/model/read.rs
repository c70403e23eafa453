//! From a model's text to its index.

use super::{
    BadModel, Constraint, Kind, List, Location, Member, Model, Operation, Pattern, Protocol, Shape, ShapeId,
    Structure, TimestampFormat, Width,
};
use http::Method;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Number;
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

pub(super) fn model(text: &str) -> Result<Model, BadModel> {
    let written: Written = serde_json::from_str(text)?;
    let ids =
        written.shapes.0.iter().enumerate().map(|(at, (name, _))| (name.clone(), ShapeId(at))).collect();
    let mut reader = Reader { ids, patterns: HashMap::new() };
    let operations = all(written.operations, |entry| reader.operation(entry))?;
    let shapes = all(written.shapes, |entry| reader.shape(entry))?;
    Ok(Model {
        protocol: protocol(&written.service, &written.metadata)?,
        service: written.service.into(),
        api_version: written.metadata.api_version.into(),
        operation_by_name: operations.iter().enumerate().map(|(at, it)| (it.name.clone(), at)).collect(),
        operations,
        shapes,
        stranger: Shape { name: "".into(), kind: Kind::Text, sensitive: true, constraints: Vec::new() },
    })
}

fn all<T, U>(
    entries: Entries<T>,
    read: impl FnMut((String, T)) -> Result<U, BadModel>,
) -> Result<Vec<U>, BadModel> {
    entries.0.into_iter().map(read).collect()
}

fn protocol(service: &str, metadata: &WrittenMetadata) -> Result<Protocol, BadModel> {
    let said = |word: &Option<String>| word.as_deref().unwrap_or_default().into();
    match metadata.protocol.as_str() {
        "json" => Ok(Protocol::AwsJson {
            version: said(&metadata.json_version),
            target_prefix: said(&metadata.target_prefix),
        }),
        "rest-json" => Ok(Protocol::RestJson),
        "rest-xml" => Ok(Protocol::RestXml),
        "query" => Ok(Protocol::Query { xml_namespace: said(&metadata.xml_namespace) }),
        other => Err(unknown(service, other)),
    }
}

fn unknown(about: &str, word: &str) -> BadModel {
    BadModel::UnknownWord { about: about.to_owned(), word: word.to_owned() }
}

struct Reader {
    ids: HashMap<String, ShapeId>,
    patterns: HashMap<String, Arc<Pattern>>,
}

impl Reader {
    fn id(&self, name: &str) -> Result<ShapeId, BadModel> {
        self.ids.get(name).copied().ok_or_else(|| BadModel::MissingShape(name.to_owned()))
    }

    fn operation(&self, (name, written): (String, WrittenOperation)) -> Result<Operation, BadModel> {
        let id = |of: Option<WrittenRef>| of.map(|of| self.id(&of.shape)).transpose();
        Ok(Operation {
            method: Method::try_from(written.http.method.as_str())
                .map_err(|_| unknown(&name, &written.http.method))?,
            request_uri: written.http.request_uri.into(),
            response_code: written.http.response_code,
            signed: written.authtype.as_deref() != Some("none"),
            input: id(written.input)?,
            output: id(written.output)?,
            errors: written.errors.into_iter().map(Into::into).collect(),
            name: name.into(),
        })
    }

    fn shape(&mut self, (name, mut written): (String, WrittenShape)) -> Result<Shape, BadModel> {
        let constraints = self.constraints(&mut written);
        Ok(Shape {
            sensitive: written.sensitive,
            kind: self.kind(&name, written)?,
            name: name.into(),
            constraints,
        })
    }

    fn constraints(&mut self, written: &mut WrittenShape) -> Vec<Constraint> {
        let numeric = matches!(written.kind.as_str(), "integer" | "long" | "double" | "float");
        let bounds: [Option<Constraint>; 2] = if numeric {
            [written.max.take().map(Constraint::MaxValue), written.min.take().map(Constraint::MinValue)]
        } else {
            let length = |bound: Option<Number>| bound.and_then(|bound| bound.as_u64());
            [
                length(written.max.take()).map(Constraint::MaxLength),
                length(written.min.take()).map(Constraint::MinLength),
            ]
        };
        let pattern = written.pattern.take().map(|source| {
            let compiled_once =
                self.patterns.entry(source).or_insert_with_key(|source| Pattern::new(source).into());
            Constraint::Pattern(Arc::clone(compiled_once))
        });
        let values = std::mem::take(&mut written.values);
        let one_of =
            (!values.is_empty()).then(|| Constraint::OneOf(values.into_iter().map(Into::into).collect()));
        bounds.into_iter().flatten().chain(pattern).chain(one_of).collect()
    }

    fn kind(&self, name: &str, written: WrittenShape) -> Result<Kind, BadModel> {
        let part = |of: &Option<WrittenRef>| match of {
            Some(of) => self.id(&of.shape),
            None => Err(unknown(name, "a container of nothing")),
        };
        Ok(match written.kind.as_str() {
            "structure" => Kind::Structure(self.structure(written)?),
            "list" => Kind::List(List {
                element: part(&written.member)?,
                element_name: written.member.and_then(|of| of.location_name).map(Into::into),
                flattened: written.flattened,
            }),
            "map" => Kind::Map { key: part(&written.key)?, value: part(&written.value)? },
            "string" => Kind::Text,
            "blob" => Kind::Blob,
            "integer" => Kind::Integer(Width::Int),
            "long" => Kind::Integer(Width::Long),
            "float" | "double" => Kind::Float,
            "boolean" => Kind::Boolean,
            "timestamp" => Kind::Timestamp(timestamp_format(name, written.timestamp_format.as_deref())?),
            other => return Err(unknown(name, other)),
        })
    }

    fn structure(&self, written: WrittenShape) -> Result<Structure, BadModel> {
        let required = &written.required;
        let members = all(written.members, |(name, of)| {
            Ok(Member {
                error_name: error_name(&name).into(),
                wire_name: of.location_name.unwrap_or_else(|| name.clone()).into(),
                shape: self.id(&of.shape)?,
                required: required.contains(&name),
                location: location(&name, of.location.as_deref())?,
                flattened: of.flattened,
                streaming: of.streaming,
                xml_attribute: of.xml_attribute,
                name: name.into(),
            })
        })?;
        let by_name: HashMap<_, _> =
            members.iter().enumerate().map(|(at, it)| (it.name.clone(), at)).collect();
        let payload = match &written.payload {
            Some(name) => Some(
                by_name.get(name.as_str()).copied().ok_or_else(|| BadModel::MissingShape(name.clone()))?,
            ),
            None => None,
        };
        Ok(Structure { document: written.document, payload, by_name, members })
    }
}

/// AWS's validator names members as Java fields: only the first letter changes, `SAMLProviderARNs` is `sAMLProviderARNs`.
fn error_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

fn location(member: &str, word: Option<&str>) -> Result<Location, BadModel> {
    Ok(match word {
        None => Location::Body,
        Some("uri") => Location::Uri,
        Some("querystring") => Location::Query,
        Some("header") => Location::Header,
        Some("headers") => Location::Headers,
        Some("statusCode") => Location::Status,
        Some(other) => return Err(unknown(member, other)),
    })
}

fn timestamp_format(shape: &str, word: Option<&str>) -> Result<Option<TimestampFormat>, BadModel> {
    Ok(match word {
        None => None,
        Some("iso8601") => Some(TimestampFormat::Iso8601),
        Some("rfc822") => Some(TimestampFormat::HttpDate),
        Some("unixTimestamp") => Some(TimestampFormat::EpochSeconds),
        Some(other) => return Err(unknown(shape, other)),
    })
}

#[derive(Deserialize)]
struct Written {
    service: String,
    metadata: WrittenMetadata,
    operations: Entries<WrittenOperation>,
    shapes: Entries<WrittenShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenMetadata {
    api_version: String,
    protocol: String,
    json_version: Option<String>,
    target_prefix: Option<String>,
    xml_namespace: Option<String>,
}

#[derive(Deserialize)]
struct WrittenOperation {
    http: WrittenHttp,
    authtype: Option<String>,
    input: Option<WrittenRef>,
    output: Option<WrittenRef>,
    #[serde(default)]
    errors: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenHttp {
    method: String,
    request_uri: String,
    response_code: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenRef {
    shape: String,
    location: Option<String>,
    location_name: Option<String>,
    #[serde(default)]
    flattened: bool,
    #[serde(default)]
    streaming: bool,
    #[serde(default)]
    xml_attribute: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenShape {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    members: Entries<WrittenRef>,
    #[serde(default)]
    required: Vec<String>,
    member: Option<WrittenRef>,
    key: Option<WrittenRef>,
    value: Option<WrittenRef>,
    max: Option<Number>,
    min: Option<Number>,
    pattern: Option<String>,
    #[serde(default, rename = "enum")]
    values: Vec<String>,
    payload: Option<String>,
    timestamp_format: Option<String>,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    flattened: bool,
    #[serde(default)]
    document: bool,
}

/// The entries of a JSON object in their order, which is the order of the wire.
struct Entries<T>(Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
    type Value = Entries<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}
