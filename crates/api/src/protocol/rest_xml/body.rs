//! From the XML in the body of a request to the value that its model describes.
//!
//! Only what AWS's clients write is read: elements that the model names, text, the five entities and numeric references.
//! A document type, an instruction, a comment, a foreign namespace or an element that the model does not have is refused,
//! so there is nothing to expand, to fetch, or to be read in two ways.

#[cfg(test)]
mod tests;

use super::input::typed;
use super::output::NAMESPACE;
use crate::protocol::constraint;
use crate::protocol::model::{Kind, List, Location, Member, Model, Shape, Structure};
use crate::protocol::xml::has_no_form;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use serde_json::{Map, Value};

/// How deep elements may stand in each other. The model gives the depth; this holds if a model were recursive.
const DEEPEST: usize = 16;

/// How many elements a list may have, before anybody asks how many this operation takes.
const MOST_ELEMENTS: usize = 10_000;

/// Why a body is not the document that was asked for; S3 calls it `MalformedXML`, status 400.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDocument {
    /// The bytes are not UTF-8.
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// It is not well-formed.
    #[error("the body is not well-formed: {0}")]
    NotWellFormed(String),
    /// It has a part that is never read, such as a document type.
    #[error("the body has {0}")]
    Unread(&'static str),
    /// Something stands where the model has nothing of this name.
    #[error("`{0}` is not expected where it stands")]
    Unexpected(String),
    /// What may be there once is there twice.
    #[error("`{0}` is there twice")]
    Twice(String),
    /// More elements than are read, or deeper ones.
    #[error("`{0}` has too many elements, or too deep ones")]
    TooMuch(String),
    /// What must be there is not.
    #[error("`{0}` is missing")]
    Missing(String),
    /// A text is no value of its type.
    #[error("the value of `{0}` is not of its type")]
    WrongType(String),
    /// A value is not what the model allows; the text is AWS's.
    #[error("{0}")]
    NotAllowed(String),
}

/// Reads the document that is the whole body of a request.
pub(super) fn read(model: &Model, member: &Member, body: &[u8]) -> Result<Value, BadDocument> {
    let text = std::str::from_utf8(body).map_err(|_| BadDocument::NotUtf8)?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk { model, reader, depth: 0 };
    let root = walk.root()?;
    if root != *member.wire_name {
        return Err(BadDocument::Unexpected(root));
    }
    let value = walk.value(&root, model.shape(member.shape))?;
    walk.end()?;
    let allowed = constraint::check(model, member.shape, &value);
    allowed.map_err(|violations| BadDocument::NotAllowed(violations.to_string()))?;
    Ok(value)
}

/// What comes next in a document.
enum Piece {
    Open(String),
    Text(String),
    Close,
    Declaration,
    End,
}

struct Walk<'m, 'b> {
    model: &'m Model,
    reader: Reader<&'b [u8]>,
    depth: usize,
}

impl Walk<'_, '_> {
    /// The name of the document's own element; only a declaration and white space may stand before it.
    fn root(&mut self) -> Result<String, BadDocument> {
        let mut is_first = true;
        loop {
            match self.piece()? {
                Piece::Open(name) => return Ok(name),
                Piece::Declaration if is_first => {}
                Piece::Text(text) if is_blank(&text) => {}
                Piece::Declaration | Piece::Text(_) | Piece::Close => return Err(outside()),
                Piece::End => return Err(BadDocument::NotWellFormed("there is no element".to_owned())),
            }
            is_first = false;
        }
    }

    /// Nothing but white space may follow the document's own element.
    fn end(&mut self) -> Result<(), BadDocument> {
        loop {
            match self.piece()? {
                Piece::End => return Ok(()),
                Piece::Text(text) if is_blank(&text) => {}
                Piece::Open(_) | Piece::Text(_) | Piece::Close | Piece::Declaration => return Err(outside()),
            }
        }
    }

    fn value(&mut self, name: &str, shape: &Shape) -> Result<Value, BadDocument> {
        if self.depth == DEEPEST {
            return Err(BadDocument::TooMuch(name.to_owned()));
        }
        self.depth += 1;
        let value = match &shape.kind {
            Kind::Structure(structure) => self.structure(name, structure)?.into(),
            Kind::List(list) => self.list(name, list)?.into(),
            Kind::Text => self.text(name)?.into(),
            Kind::Map { .. } => return Err(BadDocument::Unexpected(name.to_owned())),
            Kind::Blob | Kind::Integer(_) | Kind::Float | Kind::Boolean | Kind::Timestamp(_) => {
                let text = self.text(name)?;
                typed(self.model, shape, text.trim())
                    .ok_or_else(|| BadDocument::WrongType(name.to_owned()))?
            }
        };
        self.depth -= 1;
        Ok(value)
    }

    fn structure(&mut self, name: &str, structure: &Structure) -> Result<Map<String, Value>, BadDocument> {
        let mut found = Map::new();
        while let Some(child) = self.child(name)? {
            self.member(structure, &child, &mut found)?;
        }
        match structure.members.iter().find(|member| member.required && !found.contains_key(&*member.name)) {
            Some(missing) => Err(BadDocument::Missing(missing.wire_name.to_string())),
            None => Ok(found),
        }
    }

    /// Reads an element of a structure into the member that it is, or is one element of.
    fn member(
        &mut self,
        structure: &Structure,
        child: &str,
        found: &mut Map<String, Value>,
    ) -> Result<(), BadDocument> {
        let model = self.model;
        let is_it = |member: &&Member| {
            let name = match flattened(model, member) {
                Some(list) => list.element_name.as_deref().unwrap_or(&member.wire_name),
                None => &member.wire_name,
            };
            member.location == Location::Body && !member.xml_attribute && name == child
        };
        let member = structure.members.iter().find(is_it);
        let member = member.ok_or_else(|| BadDocument::Unexpected(child.to_owned()))?;
        let Some(list) = flattened(model, member) else {
            let value = self.value(child, model.shape(member.shape))?;
            return match found.insert(member.name.to_string(), value) {
                None => Ok(()),
                Some(_) => Err(BadDocument::Twice(child.to_owned())),
            };
        };
        let element = self.value(child, model.shape(list.element))?;
        let elements = found.entry(&*member.name).or_insert_with(|| Value::Array(Vec::new()));
        match elements.as_array_mut().filter(|elements| elements.len() < MOST_ELEMENTS) {
            Some(elements) => elements.push(element),
            None => return Err(BadDocument::TooMuch(child.to_owned())),
        }
        Ok(())
    }

    fn list(&mut self, name: &str, list: &List) -> Result<Vec<Value>, BadDocument> {
        let element = list.element_name.as_deref().unwrap_or("member");
        let mut found = Vec::new();
        while let Some(child) = self.child(name)? {
            if child != element {
                return Err(BadDocument::Unexpected(child));
            }
            if found.len() == MOST_ELEMENTS {
                return Err(BadDocument::TooMuch(child));
            }
            found.push(self.value(&child, self.model.shape(list.element))?);
        }
        Ok(found)
    }

    /// The next element inside of one that has nothing but elements; `None` at its end.
    fn child(&mut self, within: &str) -> Result<Option<String>, BadDocument> {
        loop {
            match self.piece()? {
                Piece::Open(child) => return Ok(Some(child)),
                Piece::Text(text) if is_blank(&text) => {}
                Piece::Text(_) => return Err(BadDocument::Unexpected(format!("text in {within}"))),
                Piece::Close => return Ok(None),
                Piece::Declaration => return Err(outside()),
                Piece::End => return Err(not_closed(within)),
            }
        }
    }

    /// All text of an element that has nothing else; spaces belong to it.
    fn text(&mut self, name: &str) -> Result<String, BadDocument> {
        let mut whole = String::new();
        loop {
            match self.piece()? {
                Piece::Text(text) => whole.push_str(&text),
                Piece::Open(child) => return Err(BadDocument::Unexpected(child)),
                Piece::Close => return Ok(whole),
                Piece::Declaration => return Err(outside()),
                Piece::End => return Err(not_closed(name)),
            }
        }
    }

    fn piece(&mut self) -> Result<Piece, BadDocument> {
        match self.reader.read_event().map_err(|error| not_well_formed(&error))? {
            Event::Start(start) | Event::Empty(start) => opened(&start).map(Piece::Open),
            Event::End(_) => Ok(Piece::Close),
            Event::Text(text) => readable(&text.xml10_content()),
            Event::CData(text) => readable(&text.xml10_content()),
            Event::GeneralRef(reference) => resolved(&reference).map(Piece::Text),
            Event::Eof => Ok(Piece::End),
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose().map_err(|error| not_well_formed(&error))?;
                match encoding.is_none_or(|encoding| encoding.eq_ignore_ascii_case("utf-8")) {
                    true => Ok(Piece::Declaration),
                    false => Err(BadDocument::NotUtf8),
                }
            }
            Event::DocType(_) => Err(BadDocument::Unread("a document type")),
            Event::PI(_) => Err(BadDocument::Unread("a processing instruction")),
            Event::Comment(_) => Err(BadDocument::Unread("a comment")),
        }
    }
}

/// The list of a member whose elements stand among its siblings.
fn flattened<'m>(model: &'m Model, member: &Member) -> Option<&'m List> {
    match &model.shape(member.shape).kind {
        Kind::List(list) if list.flattened || member.flattened => Some(list),
        Kind::List(_)
        | Kind::Structure(_)
        | Kind::Map { .. }
        | Kind::Text
        | Kind::Blob
        | Kind::Integer(_)
        | Kind::Float
        | Kind::Boolean
        | Kind::Timestamp(_) => None,
    }
}

fn outside() -> BadDocument {
    BadDocument::Unexpected("what stands outside of the document".to_owned())
}

fn not_closed(name: &str) -> BadDocument {
    BadDocument::NotWellFormed(format!("`{name}` is not closed"))
}

fn not_well_formed(error: &dyn std::fmt::Display) -> BadDocument {
    BadDocument::NotWellFormed(error.to_string())
}

/// The name of an element that opens; its only attribute may be S3's namespace.
fn opened(start: &BytesStart<'_>) -> Result<String, BadDocument> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| not_well_formed(&error))?;
        if attribute.key.as_ref() != "xmlns" || attribute.value != NAMESPACE {
            return Err(BadDocument::Unexpected(attribute.key.as_ref().to_owned()));
        }
    }
    Ok(start.name().as_ref().to_owned())
}

/// A text without characters that XML has no form for: they can only be written as references.
fn readable(text: &str) -> Result<Piece, BadDocument> {
    match text.chars().find(|letter| has_no_form(*letter)) {
        Some(letter) => {
            Err(BadDocument::NotWellFormed(format!("U+{:04X} is no character", u32::from(letter))))
        }
        None => Ok(Piece::Text(text.to_owned())),
    }
}

/// What a reference stands for: keys may hold any character, so any number is taken, and of names the five.
fn resolved(reference: &BytesRef<'_>) -> Result<String, BadDocument> {
    let letter = match (reference.resolve_char_ref().map_err(|error| not_well_formed(&error))?, &**reference)
    {
        (Some(letter), _) => letter,
        (None, "lt") => '<',
        (None, "gt") => '>',
        (None, "amp") => '&',
        (None, "apos") => '\'',
        (None, "quot") => '"',
        (None, name) => return Err(BadDocument::NotWellFormed(format!("there is no entity `{name}`"))),
    };
    Ok(letter.to_string())
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}
