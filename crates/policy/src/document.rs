//! A policy document, read once.

use std::collections::{BTreeSet, HashSet};

use crate::json::Json;
use crate::malformed::Malformed;
use crate::principal::Principals;
use crate::statement::Statement;

/// The longest document read, in bytes: IAM's own bound on the parameter. Quotas per kind are the caller's.
pub const MAX_BYTES: usize = 131_072;

/// What a document is for, which decides what it must and must not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What a role, user or group may do: resources and no principal.
    Identity,
    /// Who may assume a role: principals, no resource, and STS's assume-role actions only, each in full.
    Trust,
    /// What one session may do at most; written as an identity policy.
    Session,
    /// Who may do what with a resource: principals and resources.
    Resource,
}

/// A policy document that is understood in full, ready to be decided by.
#[derive(Clone, Debug)]
pub struct Document {
    kind: Kind,
    statements: Box<[Statement]>,
}

impl Document {
    /// Reads a document, or says what in it is wrong or not understood; nothing is ever skipped.
    pub fn parse(text: &str, kind: Kind) -> Result<Document, Malformed> {
        if text.len() > MAX_BYTES {
            return Err(Malformed::TooLong);
        }
        let mut object = match Json::parse(text)? {
            Json::Object(object) => object,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                return Err(Malformed::Syntax("a policy must be an object".to_owned()));
            }
        };
        let variables = has_variables(object.take("Version"))?;
        id(object.take("Id"), kind)?;
        let statements = object.take("Statement").ok_or(Malformed::Missing("Statement"))?;
        object.finish("policy element")?;
        let statements: Box<[Statement]> = statements
            .one_or_many()
            .into_iter()
            .enumerate()
            .map(|(index, json)| Statement::read(json, index, kind, variables))
            .collect::<Result<_, _>>()?;
        if statements.is_empty() {
            return Err(Malformed::wrong("Statement", "at least one statement"));
        }
        let mut seen = HashSet::new();
        if !statements.iter().filter_map(Statement::sid).all(|sid| seen.insert(sid)) {
            return Err(Malformed::RepeatedSid);
        }
        Ok(Document { kind, statements })
    }

    /// What the document was read for.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The ARNs of roles, users and sessions that its principals are, also of those that it leaves out.
    pub fn principal_arns(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().filter_map(Statement::principals).flat_map(Principals::arns)
    }

    /// The condition keys that it looks at, in lower case and in order: of its conditions, and of its variables.
    pub fn keys(&self) -> BTreeSet<&str> {
        self.statements.iter().flat_map(Statement::keys).collect()
    }

    /// Its statements, in the order they were written.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}

/// Whether `${…}` is a variable: in `2012-10-17` only, and a document without version is of `2008-10-17`.
fn has_variables(version: Option<Json>) -> Result<bool, Malformed> {
    let Some(version) = version else { return Ok(false) };
    match version.text("Version")?.as_str() {
        "2012-10-17" => Ok(true),
        "2008-10-17" => Ok(false),
        _ => Err(Malformed::Version),
    }
}

/// The id says nothing about requests; it is only in its place or not.
fn id(id: Option<Json>, kind: Kind) -> Result<(), Malformed> {
    match (id, kind) {
        (None, _) => Ok(()),
        (Some(_), Kind::Identity | Kind::Session) => Err(Malformed::Prohibited("Id")),
        (Some(id), Kind::Trust | Kind::Resource) => id.text("Id").map(drop),
    }
}
