//! From method, path, query and headers to the operation, by the model's own bindings.

#[cfg(test)]
mod tests;

use super::target::{Depth, Target};
use crate::protocol::model::{Location, Model, Operation};
use http::{HeaderMap, Method};

/// Query keys by which S3 asks for something else than the plain operation, beyond those in the model.
///
/// An operation that does not bind one of them must not be taken for what was meant: `PUT /b/k?legal-hold` writes no
/// object and `DELETE /b?analytics&id=x` deletes no bucket.
const SUBRESOURCES: [&str; 43] = [
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "delete",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "legal-hold",
    "lifecycle",
    "list-type",
    "location",
    "logging",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "metadataTable",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "renameObject",
    "replication",
    "requestPayment",
    "restore",
    "retention",
    "select",
    "select-type",
    "session",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

/// Why a request is no operation of the model.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRouted {
    /// No operation has this method here; S3 calls it `MethodNotAllowed`, status 405.
    #[error("nothing here answers to this method")]
    NoOperation,
    /// The query asks for a sub-resource that the operation does not have; S3 calls it `NotImplemented`, status 501.
    #[error("sub-resource `{0}` is not known here")]
    UnknownSubresource(String),
    /// The query says twice what the operation reads once; S3 calls it `InvalidArgument`, status 400.
    #[error("query parameter `{0}` is given twice")]
    DuplicateParameter(String),
}

/// The operations of a restXml model by what tells them apart.
#[derive(Debug)]
pub struct Router<'m> {
    /// The most specific first.
    routes: Vec<Route<'m>>,
}

#[derive(Debug)]
struct Route<'m> {
    operation: &'m Operation,
    depth: Depth,
    /// The fixed part of its query, `uploads` or `list-type=2`.
    literals: Vec<Literal<'m>>,
    /// Parameters without which it is not meant.
    needed_parameters: Vec<&'m str>,
    /// Headers without which it is not meant; only where no fixed query tells it from its neighbours.
    needed_headers: Vec<&'m str>,
    /// All parameters it reads.
    bound: Vec<&'m str>,
}

#[derive(Debug)]
struct Literal<'m> {
    name: &'m str,
    value: Option<&'m str>,
}

impl<'m> Router<'m> {
    /// Reads the bindings of all operations, served or not: what is not served is refused by its name.
    pub fn new(model: &'m Model) -> Self {
        let mut routes: Vec<_> =
            model.operations().iter().map(|operation| Route::new(model, operation)).collect();
        routes.sort_by_key(|route| std::cmp::Reverse(route.specificity()));
        Self { routes }
    }

    /// The operation that a request means: of those whose fixed query, needed parameters and needed headers are all
    /// there, the most specific one.
    ///
    /// What the query says beyond it must be harmless: sub-resources and parameters without a value are refused,
    /// anything else (`x-id`, `X-Amz-*`, `v=123`) is none of its business.
    pub fn route(
        &self,
        method: &Method,
        target: &Target,
        headers: &HeaderMap,
    ) -> Result<&'m Operation, NotRouted> {
        let depth = target.depth();
        let route = self
            .routes
            .iter()
            .filter(|route| route.operation.method == *method && route.depth == depth)
            .find(|route| route.is_meant_by(target, headers));
        let Some(route) = route else { return Err(self.unknown_subresource(target)) };
        route.check_query(target)?;
        Ok(route.operation)
    }

    fn unknown_subresource(&self, target: &Target) -> NotRouted {
        let named = target.query.iter().find(|parameter| is_subresource(&parameter.name));
        named.map_or(NotRouted::NoOperation, |named| NotRouted::UnknownSubresource(named.name.clone()))
    }
}

impl<'m> Route<'m> {
    fn new(model: &'m Model, operation: &'m Operation) -> Self {
        let (path, query) = operation.request_uri.split_once('?').unwrap_or((&operation.request_uri, ""));
        let literals: Vec<_> = query
            .split('&')
            .filter(|literal| !literal.is_empty())
            .map(|literal| match literal.split_once('=') {
                Some((name, value)) => Literal { name, value: Some(value) },
                None => Literal { name: literal, value: None },
            })
            .collect();
        let members = model.structure(operation.input).map_or(&[][..], |input| &input.members);
        let at = |location: Location, required: bool| {
            members
                .iter()
                .filter(move |member| member.location == location && (member.required || !required))
                .map(|member| &*member.wire_name)
        };
        Self {
            operation,
            depth: match path.matches('{').count() {
                0 => Depth::Service,
                1 => Depth::Bucket,
                _ => Depth::Object,
            },
            needed_parameters: at(Location::Query, true).collect(),
            needed_headers: if literals.is_empty() {
                at(Location::Header, true).collect()
            } else {
                Vec::new()
            },
            bound: at(Location::Query, false).chain(literals.iter().map(|literal| literal.name)).collect(),
            literals,
        }
    }

    fn specificity(&self) -> (usize, usize, usize) {
        (self.literals.len(), self.needed_parameters.len(), self.needed_headers.len())
    }

    fn is_meant_by(&self, target: &Target, headers: &HeaderMap) -> bool {
        let literal = |literal: &Literal<'_>| {
            target.parameter(literal.name).is_some_and(|parameter| {
                literal.value.is_none_or(|value| parameter.value.as_deref() == Some(value))
            })
        };
        self.literals.iter().all(literal)
            && self.needed_parameters.iter().all(|name| target.parameter(name).is_some())
            && self.needed_headers.iter().all(|name| headers.contains_key(*name))
    }

    fn check_query(&self, target: &Target) -> Result<(), NotRouted> {
        for (at, parameter) in target.query.iter().enumerate() {
            let name = parameter.name.as_str();
            if self.bound.contains(&name) {
                if target.query.iter().skip(at + 1).any(|later| later.name == name) {
                    return Err(NotRouted::DuplicateParameter(name.to_owned()));
                }
            } else if is_subresource(name)
                || (parameter.value.is_none() && !sigv4::query::is_about_signing(name.as_bytes()))
            {
                return Err(NotRouted::UnknownSubresource(name.to_owned()));
            }
        }
        Ok(())
    }
}

fn is_subresource(name: &str) -> bool {
    SUBRESOURCES.contains(&name)
}
