//! The IAM policy language: documents parsed once, requests decided with the statement that decided them.
//!
//! A [`Document`] is read for one [`Kind`] of use and refused as a whole when it holds anything not understood.
//! [`decide`] weighs identity and session policies, [`decide_trust`] a role's trust policy alone. The rules are those
//! of the IAM user guide, "Policy evaluation logic" and "IAM JSON policy element reference". Where AWS documents no
//! answer, the answer goes against the caller.

mod action;
mod answer;
mod condition;
mod context;
mod decide;
mod document;
mod json;
mod malformed;
mod pattern;
mod principal;
mod resource;
mod statement;
mod trace;
mod variable;

pub use context::{Context, Values};
pub use decide::{Named, PolicySet, Request, decide, decide_trust};
pub use document::{Document, Kind, MAX_BYTES};
pub use malformed::Malformed;
pub use principal::PrincipalName;
pub use statement::{Effect, Statement};
pub use trace::{Decision, Denial, Layer, StatementRef};
