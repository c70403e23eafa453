//! The check of a decoded input against its shape, in AWS's words.
//!
//! A member that fails is named by its path: `cognitoIdentityProviders.1.member.clientId` (lists count from 1, maps
//! say their key). What an element of a list, or a key or value of a map, must satisfy is listed whole at the list or map,
//! as AWS does, however many elements fail and whichever of its constraints they break.

mod echo;
#[cfg(test)]
mod tests;
mod walk;

use self::echo::Echo;
use super::model::{Constraint, Model, ShapeId};
use serde_json::Value;
use std::fmt;

/// How many violations one answer names; an input of many thousand bad elements is not worth more.
pub const MOST_VIOLATIONS: usize = 50;

/// Everything about an input that its model forbids: at least one violation, at most [`MOST_VIOLATIONS`].
///
/// Displayed it is AWS's message: `1 validation error detected: Value '…' at '…' failed to satisfy constraint: …`.
#[derive(Debug)]
pub struct Violations<'m>(Vec<Violation<'m>>);

/// One constraint of the model that a value breaks.
#[derive(Debug)]
pub struct Violation<'m> {
    path: String,
    echo: Echo,
    broken: Broken<'m>,
}

/// What is broken.
#[derive(Debug)]
pub enum Broken<'m> {
    /// A required member is missing.
    Required,
    /// A constraint of the value itself.
    Own(&'m Constraint),
    /// What every element of the list must satisfy.
    Elements(Each<'m>),
    /// What every key of the map must satisfy.
    Keys(Each<'m>),
    /// What every value of the map must satisfy.
    Values(Each<'m>),
}

/// What each element of a container must satisfy.
#[derive(Debug)]
pub struct Each<'m> {
    constraints: &'m [Constraint],
    has_null: bool,
}

/// Checks an input against its shape and names all violations, in the order of the model's members.
///
/// `input` is what a decoder made: an object with the model's member names. Costs nothing but the walk when all is well.
pub fn check<'m>(model: &'m Model, shape: ShapeId, input: &Value) -> Result<(), Violations<'m>> {
    let found = walk::violations(model, shape, input);
    if found.is_empty() { Ok(()) } else { Err(Violations(found)) }
}

impl<'m> Violations<'m> {
    /// The violations, in the order of the model's members.
    pub fn iter(&self) -> impl Iterator<Item = &Violation<'m>> {
        self.0.iter()
    }
}

impl Violation<'_> {
    /// The member's path as errors name it, `logins` or `tags.1.member.key`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is broken.
    pub fn broken(&self) -> &Broken<'_> {
        &self.broken
    }
}

impl fmt::Display for Violations<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(formatter, "{} validation error{plural} detected: ", self.0.len())?;
        for (at, violation) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(formatter, "{separator}{violation}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Violation<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "Value{} at '{}' failed to satisfy constraint: {}",
            self.echo, self.path, self.broken
        )
    }
}

impl fmt::Display for Broken<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Required => formatter.write_str(NOT_NULL),
            Self::Own(constraint) => constraint.fmt(formatter),
            Self::Elements(each) => write!(formatter, "Member must satisfy constraint: {each}"),
            Self::Keys(each) => write!(formatter, "Map keys must satisfy constraint: {each}"),
            Self::Values(each) => write!(formatter, "Map value must satisfy constraint: {each}"),
        }
    }
}

const NOT_NULL: &str = "Member must not be null";

impl fmt::Display for Each<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[")?;
        for (at, constraint) in self.constraints.iter().enumerate() {
            let separator = if at == 0 { "" } else { ", " };
            write!(formatter, "{separator}{constraint}")?;
        }
        if self.has_null {
            let separator = if self.constraints.is_empty() { "" } else { ", " };
            write!(formatter, "{separator}{NOT_NULL}")?;
        }
        formatter.write_str("]")
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MaxLength(most) => {
                write!(formatter, "Member must have length less than or equal to {most}")
            }
            Self::MinLength(least) => {
                write!(formatter, "Member must have length greater than or equal to {least}")
            }
            Self::MaxValue(most) => write!(formatter, "Member must have value less than or equal to {most}"),
            Self::MinValue(least) => {
                write!(formatter, "Member must have value greater than or equal to {least}")
            }
            Self::Pattern(pattern) => {
                write!(formatter, "Member must satisfy regular expression pattern: {}", pattern.source())
            }
            Self::OneOf(values) => {
                write!(formatter, "Member must satisfy enum value set: [{}]", values.join(", "))
            }
        }
    }
}
