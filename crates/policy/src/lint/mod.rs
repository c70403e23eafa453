//! What a policy says that its author can hardly mean: lets in too many, or has no effect.
//!
//! A finding refuses nothing. It says in one sentence what to change, and has a code by which it can be looked for.

mod conditions;
mod grants;
mod guests;
mod meeting;
mod trust;
mod words;
mod written;

use crate::document::{Document, Kind};
use crate::malformed::{Malformed, excerpt};
use std::fmt;
use written::Written;

/// Something to change in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What sort of thing it is.
    pub code: Code,
    /// The statement's place in the document, from 0.
    pub statement: usize,
    /// What to change, in one sentence.
    pub advice: String,
}

/// Who is held to the policy, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub enum Holder<'a> {
    /// Nobody in particular.
    Unknown,
    /// A role.
    Role,
    /// A role that pools hand to guests, and what they may do at most whatever it allows; none is nothing at most.
    Guests(&'a [&'a str]),
}

macro_rules! codes {
    ($($(#[$meaning:meta])* $code:ident = $name:literal,)*) => {
        /// A sort of finding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code {
            $($(#[$meaning])* $code,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Code] = &[$(Code::$code,)*];

            /// Its name on the wire and in the log.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Code::$code => $name,)*
                }
            }
        }
    };
}

codes! {
    /// A trust policy does not say which identity pools it means.
    TrustAnyPool = "trust-any-pool",
    /// A trust policy does not tell guests from those who signed in.
    TrustAnyState = "trust-any-state",
    /// A trust policy does not say whom of a provider's users it means.
    TrustAnySubject = "trust-any-subject",
    /// A policy lets in everybody.
    AnyPrincipal = "any-principal",
    /// Guests may change or delete what is not their own alone.
    GuestWrites = "guest-writes",
    /// Guests may do everything with something, or something with everything.
    GuestWildcard = "guest-wildcard",
    /// What a role allows its guests, the scope-down takes away.
    ScopedDown = "scoped-down",
    /// There is no such action.
    NoSuchAction = "no-such-action",
    /// An action is never about any of the resources beside it.
    ResourceMismatch = "resource-mismatch",
    /// There is no such condition key, or no request has it.
    NoSuchKey = "no-such-key",
    /// A request for these actions never has the key.
    KeyMismatch = "key-mismatch",
    /// The operator compares something else than the key holds.
    OperatorMismatch = "operator-mismatch",
    /// A wildcard stands where it is a letter like any other.
    LiteralWildcard = "literal-wildcard",
    /// A set of values is asked as if it were one.
    SetAsOne = "set-as-one",
    /// An Allow holds without the key that it asks for.
    HoldsWithoutKey = "holds-without-key",
    /// A condition holds always or never, whatever the request.
    Constant = "constant-condition",
    /// A Deny does not see requests without the key.
    DenyMissesAbsent = "deny-misses-absent-key",
    /// A variable never has a value, or is none.
    NoSuchVariable = "no-such-variable",
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in statement {}: {}", self.code, self.statement, self.advice)
    }
}

/// Looks through a policy; one that cannot be read is refused as [`Document::parse`] does.
pub fn lint(text: &str, kind: Kind, holder: Holder<'_>) -> Result<Vec<Finding>, Malformed> {
    let document = Document::parse(text, kind)?;
    let json = serde_json::from_str(text).map_err(|error| Malformed::Syntax(excerpt(&error.to_string())))?;
    let mut found = Findings::default();
    for statement in Written::all(document.statements(), &json) {
        found.statement = statement.read.index();
        match kind {
            Kind::Trust => trust::look(&statement, &mut found),
            Kind::Resource => {
                trust::anybody(&statement, &mut found);
                grants::look(&statement, &mut found);
            }
            Kind::Identity | Kind::Session => grants::look(&statement, &mut found),
        }
        if let (Holder::Guests(scope_down), Kind::Identity) = (holder, kind) {
            guests::look(&statement, scope_down, &mut found)?;
        }
        conditions::look(&statement, holder, &mut found);
    }
    Ok(found.all)
}

/// What was found so far, and the statement that is looked at.
#[derive(Default)]
struct Findings {
    all: Vec<Finding>,
    statement: usize,
}

impl Findings {
    fn add(&mut self, code: Code, advice: impl Into<String>) {
        let finding = Finding { code, statement: self.statement, advice: advice.into() };
        if !self.all.contains(&finding) {
            self.all.push(finding);
        }
    }
}
