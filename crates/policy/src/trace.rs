//! What was decided, and which statement decided it.

use std::fmt;

use crate::statement::Statement;

/// What was decided about a request. Its `Display` is one sentence for an audit line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// The request may go on.
    Allowed {
        /// The first statement that allows it of each sort of policy that had to: trust, or resource or identity, then
        /// boundary and session.
        by: Vec<StatementRef>,
    },
    /// It may not.
    Denied(Denial),
}

/// Why a request may not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denial {
    /// A statement denies it.
    Explicit {
        /// The first statement that does.
        by: StatementRef,
        /// The sort of policy it is in.
        layer: Layer,
    },
    /// No statement of the sort of policy that must allow it does.
    Implicit {
        /// The sort of policy that is silent.
        layer: Layer,
    },
}

/// A sort of policy, as each is asked by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Policies of the caller's role or user.
    Identity,
    /// The policy of the resource, as a bucket's.
    Resource,
    /// The permissions boundary of the caller's role or user.
    Boundary,
    /// Policies of the caller's session.
    Session,
    /// The trust policy of the role that is to be assumed.
    Trust,
}

/// A statement, as an operator finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRef {
    /// The policy's name, as it was given for the decision.
    pub policy: String,
    /// The statement's id, if it has one.
    pub sid: Option<String>,
    /// Its place in the document, from 0.
    pub index: usize,
}

impl Decision {
    /// Whether the request may go on.
    pub fn is_allowed(&self) -> bool {
        match self {
            Decision::Allowed { .. } => true,
            Decision::Denied(_) => false,
        }
    }
}

impl Denial {
    /// The end of AWS's message of 2021, behind `User: … is not authorized to perform: … on resource: …`.
    pub fn reason(&self, action: &str) -> String {
        match self {
            Denial::Explicit { layer: Layer::Trust, .. } => {
                format!("with an explicit deny in the {}", Layer::Trust.name())
            }
            Denial::Explicit { layer, .. } => {
                format!("with an explicit deny in {} {}", layer.article(), layer.name())
            }
            Denial::Implicit { layer } => {
                format!("because no {} allows the {action} action", layer.name())
            }
        }
    }
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Layer::Identity => "identity-based policy",
            Layer::Resource => "resource-based policy",
            Layer::Boundary => "permissions boundary",
            Layer::Session => "session policy",
            Layer::Trust => "role trust policy",
        }
    }

    fn article(self) -> &'static str {
        match self {
            Layer::Identity => "an",
            Layer::Resource | Layer::Boundary | Layer::Session | Layer::Trust => "a",
        }
    }
}

impl StatementRef {
    pub(crate) fn new(policy: &str, statement: &Statement) -> Self {
        StatementRef {
            policy: policy.to_owned(),
            sid: statement.sid().map(str::to_owned),
            index: statement.index(),
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Decision::Allowed { by } => {
                formatter.write_str("allowed")?;
                for (index, by) in by.iter().enumerate() {
                    write!(formatter, " {} {by}", if index == 0 { "by" } else { "and" })?;
                }
                Ok(())
            }
            Decision::Denied(denial) => denial.fmt(formatter),
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Denial::Explicit { by, layer } => {
                write!(formatter, "denied by {by}, {} {}", layer.article(), layer.name())
            }
            Denial::Implicit { layer } => write!(formatter, "no {} allows it", layer.name()),
        }
    }
}

impl fmt::Display for StatementRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) => write!(formatter, "statement `{sid}` ({}) of `{}`", self.index, self.policy),
            None => write!(formatter, "statement {} of `{}`", self.index, self.policy),
        }
    }
}
