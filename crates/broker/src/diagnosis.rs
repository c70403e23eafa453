//! What a refusal means to whoever operates the server: at which stage it came, by what named cause, what was expected and
//! what was found.
//!
//! A diagnosis is read off a refusal and never found out a second time, so that it tells what decided.

mod causes;
mod of_access;
mod of_identity_pool;
mod of_sign_in;

pub use causes::{Cause, Stage};
pub use of_access::{Denied, NOT_SIGNED, is_scoped_down};

use policy::{KeptBy, Nearest, StatementRef};
use serde::{Deserialize, Serialize};

/// What a refusal means. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnosis {
    /// The named cause.
    pub cause: Cause,
    /// What would have been right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    /// The statement that decided, or that came nearest to allowing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
}

/// A refusal that can be diagnosed.
pub trait Diagnosed {
    /// What it means.
    fn diagnosis(&self) -> Diagnosis;
}

impl Diagnosis {
    /// A cause, of which nothing else is to be told.
    const fn of(cause: Cause) -> Self {
        Self { cause, expected: None, found: None, statement: None }
    }

    fn expected(self, expected: impl ToString) -> Self {
        Self { expected: Some(expected.to_string()), ..self }
    }

    fn found(self, found: impl ToString) -> Self {
        Self { found: Some(found.to_string()), ..self }
    }

    fn by(self, statement: &StatementRef) -> Self {
        Self { statement: Some(statement.to_string()), ..self }
    }

    /// The same of a request that showed no login: then that is why it proved nobody.
    #[must_use]
    pub fn where_nothing_was_shown(self) -> Self {
        if self.cause == Cause::IdentityNotProven {
            return Self { cause: Cause::LoginNotSent, ..self };
        }
        self
    }
}

/// The causes by which statements do not allow something, by what they lack.
struct Lacking {
    action: Cause,
    principal: Cause,
    resource: Cause,
    condition: Cause,
}

/// What it means that a statement came nearest to allowing this action, on this resource, to this caller, and did not.
fn of_nearest(
    Nearest { statement, kept_by }: &Nearest,
    lacking: &Lacking,
    (action, caller, resource): (&str, &str, &str),
) -> Diagnosis {
    let diagnosis = match kept_by {
        KeptBy::Action { listed } => Diagnosis::of(lacking.action).expected(action).found(all(listed)),
        KeptBy::Principal { listed } => Diagnosis::of(lacking.principal).expected(caller).found(all(listed)),
        KeptBy::Resource { listed } => Diagnosis::of(lacking.resource).expected(resource).found(all(listed)),
        KeptBy::Condition { key, listed, found: None } => {
            Diagnosis::of(Cause::ConditionKeyAbsent).expected(wanted(key, listed)).found(format!("no {key}"))
        }
        KeptBy::Condition { key, listed, found: Some(found) } => Diagnosis::of(lacking.condition)
            .expected(wanted(key, listed))
            .found(format!("{key} {}", all(found))),
    };
    diagnosis.by(statement)
}

fn wanted(key: &str, listed: &[String]) -> String {
    if listed.is_empty() { key.to_owned() } else { format!("{key} {}", all(listed)) }
}

/// Several texts as one.
fn all(texts: &[String]) -> String {
    match texts {
        [] => "nothing".to_owned(),
        texts => texts.join(", "),
    }
}
