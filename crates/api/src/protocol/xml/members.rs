//! From a value to XML, as a structure of the model says.

use super::Document;
use crate::protocol::model::{Kind, List, Location, Member, Model, Shape, Structure, TimestampFormat};
use crate::protocol::timestamp;
use crate::protocol::unencodable::NotEncodable;
use serde_json::{Map, Value};

const INSTANCE_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Writes members into a document.
pub(in crate::protocol) struct Writer<'w> {
    /// The document.
    pub xml: &'w mut Document,
    /// The model that the members are of.
    pub model: &'w Model,
    /// How moments are written where their shape does not say.
    pub moments: TimestampFormat,
}

impl Writer<'_> {
    /// The members of a structure that stand in the body, in the model's order.
    pub(in crate::protocol) fn members(
        &mut self,
        structure: &Structure,
        object: &Map<String, Value>,
    ) -> Result<(), NotEncodable> {
        for member in structure.members.iter().filter(|it| it.location == Location::Body && !it.xml_attribute)
        {
            let Some(value) = object.get(&*member.name).filter(|value| !value.is_null()) else { continue };
            let shape = self.model.shape(member.shape);
            match (&shape.kind, value) {
                (Kind::List(list), Value::Array(elements)) => self.list(member, list, elements)?,
                (Kind::Map { value, .. }, Value::Object(entries)) if !member.flattened => {
                    self.map(&member.wire_name, self.model.shape(*value), entries)?;
                }
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

    /// A map has an element for each of its entries, with the key and the value in it.
    fn map(
        &mut self,
        name: &str,
        value_shape: &Shape,
        entries: &Map<String, Value>,
    ) -> Result<(), NotEncodable> {
        self.xml.open(name, &[]);
        for (key, value) in entries {
            self.xml.open("entry", &[]);
            self.xml.element("key", key);
            self.value("value", value_shape, value)?;
            self.xml.close("entry");
        }
        self.xml.close(name);
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
            (_, _) => self.xml.element(name, &scalar(shape, value, self.moments)?),
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
pub(in crate::protocol) fn scalar(
    shape: &Shape,
    value: &Value,
    place: TimestampFormat,
) -> Result<String, NotEncodable> {
    let wrong = || NotEncodable::wrong_type(shape);
    match (&shape.kind, value) {
        (Kind::Text | Kind::Blob, Value::String(text)) => Ok(text.clone()),
        (Kind::Boolean, Value::Bool(flag)) => Ok(flag.to_string()),
        (Kind::Integer(_) | Kind::Float, Value::Number(number)) => Ok(number.to_string()),
        (Kind::Timestamp(format), Value::Number(number)) => {
            let millis = number.as_i64().ok_or_else(wrong)?;
            let written = match format.unwrap_or(place) {
                TimestampFormat::Iso8601 => timestamp::iso8601(millis),
                TimestampFormat::Iso8601Seconds => timestamp::iso8601_seconds(millis),
                TimestampFormat::HttpDate => timestamp::http_date(millis),
                TimestampFormat::EpochSeconds => Some(timestamp::epoch_seconds(millis)),
            };
            written.ok_or_else(wrong)
        }
        (_, _) => Err(wrong()),
    }
}
