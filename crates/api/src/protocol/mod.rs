//! The wire protocols, driven by the models: bytes in, one generic tree, bytes out. No domain, no HTTP server.
//!
//! 1. [`model::Model`] is a service's `models/*.json`, read once into indexed shapes with their constraints.
//! 2. A request names its operation: by `X-Amz-Target` ([`json::operation`]), by a parameter of its form
//!    ([`query::Form`]) or by method, path, query and headers ([`rest_xml::Router`]).
//! 3. It is decoded into a [`serde_json::Value`] object with the *model's* member names: awsJson bodies by
//!    [`json::decode`], forms by [`query::decode`], S3's bindings by [`rest_xml::decode`]. Unknown members are gone, null members absent,
//!    every type is what the model says, every timestamp is an integer: milliseconds since the epoch.
//! 4. [`constraint::check`] holds that value against the input shape and names every violation in AWS's words;
//!    the dispatcher adds the code of its service.
//! 5. The operation deserialises the value into its typed input, and serialises its typed output into a value.
//! 6. [`json::encode`], [`query::encode`] or [`rest_xml::encode`] writes that value as the output shape says, and refuses what the
//!    model does not know: an operation cannot leak a member by accident.

pub mod constraint;
pub mod embedded;
pub mod json;
pub mod model;
pub mod pattern;
pub mod query;
pub mod rest_xml;

pub(crate) mod timestamp;
mod unencodable;
mod xml;

pub use unencodable::NotEncodable;
