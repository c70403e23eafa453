//! The evaluator: what policies together say to a request.

use crate::context::Context;
use crate::document::Document;
use crate::principal::PrincipalName;
use crate::statement::{Effect, Statement};
use crate::trace::{Decision, Denial, Layer, StatementRef};

/// What is asked for, by whom, and what is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks; only trust policies look at it.
    pub principal: PrincipalName<'a>,
    /// The action in full, as `s3:GetObject`, in any case.
    pub action: &'a str,
    /// The ARN it is about, or `*` for an action about no resource; trust policies do not look at it.
    pub resource: &'a str,
    /// The condition keys.
    pub context: &'a Context<'a>,
}

/// A document and the name an operator knows it by, as `role demo-user / policy s3`.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// The name, for the decision to be traced by.
    pub name: &'a str,
    /// The policy.
    pub document: &'a Document,
}

/// All policies of a caller that bear on a request.
#[derive(Clone, Copy, Debug)]
pub struct PolicySet<'a> {
    /// Policies of the caller's role or user. One of them must allow.
    pub identity: &'a [Named<'a>],
    /// Policies of the caller's session, if it has any: then one of them must allow as well.
    pub session: Option<&'a [Named<'a>]>,
}

/// Decides a request by identity and session policies.
///
/// A statement that denies ends it, wherever it is; else each sort of policy must allow, several policies of one sort
/// in union. A document read for another [`Kind`](crate::Kind) than its place needs can deny but never allow. Source:
/// IAM user guide, "Policy evaluation logic".
pub fn decide(request: &Request<'_>, policies: &PolicySet<'_>) -> Decision {
    let action = request.action.to_ascii_lowercase();
    let identity = weigh(request, &action, Layer::Identity, policies.identity);
    let session = policies.session.map(|session| weigh(request, &action, Layer::Session, session));
    match (identity, session) {
        (Word::Denies(by), _) => explicit(by, Layer::Identity),
        (_, Some(Word::Denies(by))) => explicit(by, Layer::Session),
        (Word::Silent, _) => implicit(Layer::Identity),
        (_, Some(Word::Silent)) => implicit(Layer::Session),
        (Word::Allows(by), None) => Decision::Allowed { by: by.reference(), session: None },
        (Word::Allows(by), Some(Word::Allows(session))) => {
            Decision::Allowed { by: by.reference(), session: Some(session.reference()) }
        }
    }
}

/// Decides whether a role may be assumed, by its trust policy alone.
pub fn decide_trust(request: &Request<'_>, trust: &Named<'_>) -> Decision {
    let action = request.action.to_ascii_lowercase();
    match weigh(request, &action, Layer::Trust, std::slice::from_ref(trust)) {
        Word::Denies(by) => explicit(by, Layer::Trust),
        Word::Silent => implicit(Layer::Trust),
        Word::Allows(by) => Decision::Allowed { by: by.reference(), session: None },
    }
}

/// What the policies of one layer say together.
enum Word<'a> {
    Denies(Found<'a>),
    Allows(Found<'a>),
    Silent,
}

struct Found<'a> {
    policy: &'a str,
    statement: &'a Statement,
}

impl Found<'_> {
    fn reference(&self) -> StatementRef {
        StatementRef::new(self.policy, self.statement)
    }
}

fn weigh<'a>(request: &Request<'_>, lowered: &str, layer: Layer, policies: &'a [Named<'a>]) -> Word<'a> {
    let mut word = Word::Silent;
    for Named { name, document } in policies {
        for statement in document.statements() {
            let found = || Found { policy: name, statement };
            match (statement.effect(), &word) {
                (Effect::Deny, _) if statement.applies(request, lowered, layer) => {
                    return Word::Denies(found());
                }
                (Effect::Allow, Word::Silent) if statement.applies(request, lowered, layer) => {
                    word = Word::Allows(found());
                }
                (Effect::Deny | Effect::Allow, _) => {}
            }
        }
    }
    word
}

fn explicit(by: Found<'_>, layer: Layer) -> Decision {
    Decision::Denied(Denial::Explicit { by: by.reference(), layer })
}

fn implicit(layer: Layer) -> Decision {
    Decision::Denied(Denial::Implicit { layer })
}
