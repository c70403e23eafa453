//! From the members of a decoded request to an operation's own input.

use crate::fault::{Common, Fault};
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::{Deserialize, Serialize, forward_to_deserialize_any};
use serde_json::{Error, Map, Value};

/// Reads an operation's input, and refuses a member that the model knows but the operation does not serve: it is never
/// ignored.
pub(crate) fn typed<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Fault> {
    let mut unserved = None;
    let read = T::deserialize(Members { members, unserved: &mut unserved });
    match (unserved, read) {
        (Some(member), _) => Err(Common::UnservedMember(member).into()),
        (None, Ok(input)) => Ok(input),
        (None, Err(error)) => Err(Common::BadMember(error.to_string()).into()),
    }
}

/// A structure within an input, whose members are held to the same: none is ignored.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Nested<T>(pub(crate) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Nested<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        typed(Map::deserialize(deserializer)?).map(Self).map_err(|fault| match fault {
            Fault::Common(Common::UnservedMember(member)) => {
                D::Error::custom(format!("{member} is not served yet"))
            }
            Fault::Common(Common::BadMember(message)) => D::Error::custom(message),
            Fault::Common(_) | Fault::Said(_) => D::Error::custom("a structure cannot be read"),
        })
    }
}

/// The members of a request, compared with the fields that the input's type asks for.
struct Members<'a> {
    members: Map<String, Value>,
    unserved: &'a mut Option<String>,
}

impl<'de> Deserializer<'de> for Members<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Some(member) = self.members.keys().find(|member| !fields.contains(&member.as_str())) {
            *self.unserved = Some(member.clone());
            return Err(Error::custom("a member is not served"));
        }
        Value::Object(self.members).deserialize_struct(name, fields, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("an operation's input is a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
