//! The walk through an input along its shape.

use super::echo::{Echo, echo, shortened};
use super::{Broken, Each, MOST_VIOLATIONS, Violation};
use crate::protocol::model::{Constraint, Kind, Model, Shape, ShapeId};
use serde_json::{Number, Value};
use std::cmp::Ordering;
use std::fmt;

pub(super) fn violations<'m>(model: &'m Model, shape: ShapeId, input: &Value) -> Vec<Violation<'m>> {
    let mut walk = Walk { model, found: Vec::new() };
    walk.inside(model.shape(shape), input, &Path::Root);
    walk.found
}

struct Walk<'m> {
    model: &'m Model,
    found: Vec<Violation<'m>>,
}

impl<'m> Walk<'m> {
    /// Checks what stands inside a value; what the value itself must satisfy was asked where it stands.
    fn inside(&mut self, shape: &'m Shape, value: &Value, path: &Path<'_>) {
        match (&shape.kind, value) {
            (Kind::Structure(structure), Value::Object(object)) if !structure.document => {
                for member in &structure.members {
                    let path = Path::Member(path, &member.error_name);
                    let shape = self.model.shape(member.shape);
                    match object.get(&*member.name) {
                        Some(value) => self.member(shape, value, &path),
                        None if member.required => self.broken(&path, Echo::Null, Broken::Required),
                        None => {}
                    }
                    if self.full() {
                        return;
                    }
                }
            }
            (Kind::List(list), Value::Array(elements)) => {
                let each = self.model.shape(list.element);
                if let Some(each) = failing(each, elements.iter().map(|element| Seen::of(each, element))) {
                    let echo = echo(self.model, shape, value);
                    self.broken(path, echo, Broken::Elements(each));
                }
                for (at, element) in elements.iter().enumerate() {
                    self.inside(each, element, &Path::Element(path, at + 1));
                    if self.full() {
                        return;
                    }
                }
            }
            (Kind::Map { key, value: of }, Value::Object(entries)) => {
                let (keys, values) = (self.model.shape(*key), self.model.shape(*of));
                if let Some(each) = failing(keys, entries.keys().map(|key| Seen::Text(key))) {
                    self.broken(path, echo(self.model, shape, value), Broken::Keys(each));
                }
                if let Some(each) = failing(values, entries.values().map(|value| Seen::of(values, value))) {
                    self.broken(path, echo(self.model, shape, value), Broken::Values(each));
                }
                for (key, value) in entries {
                    self.inside(values, value, &Path::Entry(path, key));
                    if self.full() {
                        return;
                    }
                }
            }
            // What has the wrong type was refused by the decoder; texts and numbers have no inside.
            (_, _) => {}
        }
    }

    fn member(&mut self, shape: &'m Shape, value: &Value, path: &Path<'_>) {
        let seen = Seen::of(shape, value);
        for constraint in shape.constraints.iter().filter(|constraint| !constraint.holds(seen)) {
            self.broken(path, echo(self.model, shape, value), Broken::Own(constraint));
        }
        self.inside(shape, value, path);
    }

    fn broken(&mut self, path: &Path<'_>, echo: Echo, broken: Broken<'m>) {
        if !self.full() {
            self.found.push(Violation { path: path.to_string(), echo, broken });
        }
    }

    fn full(&self) -> bool {
        self.found.len() >= MOST_VIOLATIONS
    }
}

/// What each element must satisfy, if one of them does not.
fn failing<'m, 'v>(shape: &'m Shape, elements: impl Iterator<Item = Seen<'v>>) -> Option<Each<'m>> {
    let (mut failed, mut has_null) = (false, false);
    for element in elements {
        if matches!(element, Seen::Null) {
            (failed, has_null) = (true, true);
        } else {
            failed = failed || !shape.constraints.iter().all(|constraint| constraint.holds(element));
        }
    }
    failed.then_some(Each { constraints: &shape.constraints, has_null })
}

/// A value as constraints see it.
#[derive(Clone, Copy)]
pub(super) enum Seen<'v> {
    Null,
    Text(&'v str),
    /// Entries of a container or bytes of a blob.
    Count(usize),
    Number(&'v Number),
    Other,
}

impl<'v> Seen<'v> {
    pub(super) fn of(shape: &Shape, value: &'v Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::String(base64) if matches!(shape.kind, Kind::Blob) => {
                Self::Count(base64.trim_end_matches('=').len() * 3 / 4)
            }
            Value::String(text) => Self::Text(text),
            Value::Array(elements) => Self::Count(elements.len()),
            Value::Object(entries) => Self::Count(entries.len()),
            Value::Number(number) => Self::Number(number),
            Value::Bool(_) => Self::Other,
        }
    }

    fn compare_length(self, bound: u64) -> Option<Ordering> {
        let length = match self {
            Self::Text(text) => text.chars().count(),
            Self::Count(count) => count,
            Self::Null | Self::Number(_) | Self::Other => return None,
        };
        u64::try_from(length).ok().map(|length| length.cmp(&bound))
    }

    fn compare_value(self, bound: &Number) -> Option<Ordering> {
        let Self::Number(value) = self else { return None };
        match (value.as_i64(), bound.as_i64()) {
            (Some(value), Some(bound)) => Some(value.cmp(&bound)),
            _ => value.as_f64()?.partial_cmp(&bound.as_f64()?),
        }
    }

    fn text(self) -> Option<&'v str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

impl Constraint {
    /// What cannot be measured does not satisfy it.
    pub(super) fn holds(&self, seen: Seen<'_>) -> bool {
        match self {
            Self::MaxLength(most) => seen.compare_length(*most).is_some_and(Ordering::is_le),
            Self::MinLength(least) => seen.compare_length(*least).is_some_and(Ordering::is_ge),
            Self::MaxValue(most) => seen.compare_value(most).is_some_and(Ordering::is_le),
            Self::MinValue(least) => seen.compare_value(least).is_some_and(Ordering::is_ge),
            Self::Pattern(pattern) => seen.text().is_some_and(|text| pattern.matches(text)),
            Self::OneOf(values) => seen.text().is_some_and(|text| values.iter().any(|one| **one == *text)),
        }
    }
}

/// The way to a value, written only when something is wrong with it.
enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p str),
    /// Counted from 1.
    Element(&'p Path<'p>, usize),
    Entry(&'p Path<'p>, &'p str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(Self::Root, name) => formatter.write_str(name),
            Self::Member(parent, name) => write!(formatter, "{parent}.{name}"),
            Self::Element(parent, at) => write!(formatter, "{parent}.{at}.member"),
            Self::Entry(parent, key) => write!(formatter, "{parent}.{}.member", shortened(key)),
        }
    }
}
