//! The IAM policy language: documents parsed once, requests decided with the statements that decided them.
//!
//! A [`Document`] is read for one [`Kind`] of use and refused as a whole when it holds anything not understood.
//! [`decide`] weighs identity policies, boundary, session policies and the resource's policy, [`decide_trust`] a role's
//! trust policy in the place of the last. The rules are those of the IAM user guide, "Policy evaluation logic" and "IAM
//! JSON policy element reference". Where AWS documents no answer, the answer goes against the caller. [`lint`] says what
//! a policy's author can hardly mean.

mod action;
mod address;
mod answer;
mod arn;
mod condition;
mod context;
mod decide;
mod document;
mod issuer;
mod json;
mod lint;
mod malformed;
mod moment;
mod nearest;
mod number;
mod operator;
mod pattern;
mod principal;
mod public;
mod quota;
mod resource;
mod scope;
mod statement;
mod trace;
mod value_type;
mod variable;

pub use context::{Context, Values};
pub use decide::{Named, PolicySet, Request, decide, decide_trust};
pub use document::{Document, Kind, MAX_BYTES};
pub use lint::{Code, Finding, Holder, lint};
pub use malformed::Malformed;
pub use nearest::{KeptBy, Nearest, nearest};
pub use principal::{Account, Principal};
pub use quota::Quota;
pub use scope::{OutOfScope, Scope};
pub use statement::{Effect, Statement};
pub use trace::{Decision, Denial, Layer, StatementRef};
pub use value_type::ValueType;
