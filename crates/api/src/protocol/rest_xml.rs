//! restXml as S3 speaks it: an operation is told by method, path, query and headers; answers are headers and XML.
//!
//! [`Target`] reads path and query once, [`Router`] finds the operation, [`decode`] gathers its input, a body of XML
//! included, [`encode`] writes its output, [`error_body`] a refusal.

mod body;
mod input;
mod output;
mod route;
mod target;

pub use body::BadDocument;
pub use input::{BadInput, decode};
pub use output::{Encoded, ErrorBody, encode, error_body};
pub use route::{NotRouted, Router};
pub use target::{BadTarget, Parameter, Target, decoded};
