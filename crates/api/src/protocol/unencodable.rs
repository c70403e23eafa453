//! Why an output could not be written: always a mistake of ours, never of the caller.

use super::model::{Shape, Structure};
use serde_json::{Map, Value};

/// An output that contradicts its model.
///
/// The caller learns nothing of it: it is answered as an internal error and told to the operator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEncodable {
    /// The value has a member that the output shape does not name.
    #[error("`{shape}` has no member `{member}`")]
    UnknownMember {
        /// The structure's name in the model.
        shape: String,
        /// The member it does not have.
        member: String,
    },
    /// A value is not of its shape's type.
    #[error("a value of `{0}` is not of its type")]
    WrongType(String),
    /// A text cannot stand in the header the model binds it to.
    #[error("the value of header `{0}` cannot be sent")]
    NotAHeader(String),
    /// The shape stands where the protocol has no form for it.
    #[error("`{0}` has no form in this protocol")]
    NoForm(String),
}

impl NotEncodable {
    pub(super) fn wrong_type(shape: &Shape) -> Self {
        Self::WrongType(shape.name.to_string())
    }

    /// Refuses an object with members its structure does not name.
    pub(super) fn unless_known(
        shape: &str,
        structure: &Structure,
        object: &Map<String, Value>,
    ) -> Result<(), Self> {
        match object.keys().find(|name| structure.member(name).is_none()) {
            Some(stranger) => Err(Self::UnknownMember { shape: shape.to_owned(), member: stranger.clone() }),
            None => Ok(()),
        }
    }
}
