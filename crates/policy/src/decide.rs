//! The evaluator: what policies together say to a request.

use crate::context::Context;
use crate::document::Document;
use crate::principal::{Principal, Reach};
use crate::statement::{Effect, Statement};
use crate::trace::{Decision, Denial, Layer, StatementRef};

/// What is asked for, by whom, and what is known about it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: Principal<'a>,
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

/// The policies that a caller carries. By default there are none, as of somebody who is nobody's yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicySet<'a> {
    /// Policies of the caller's role or user. One of them must allow.
    pub identity: &'a [Named<'a>],
    /// The boundary of the caller's role or user, if it has one: then it must allow as well.
    pub boundary: Option<Named<'a>>,
    /// Policies of the caller's session, if it has any: then one of them must allow as well.
    pub session: Option<&'a [Named<'a>]>,
}

/// Decides a request by the caller's policies and the policy of the resource, if that has one.
///
/// A statement that denies ends it, wherever it is. Else the resource's policy lets in whom it names: a caller by its
/// own ARN whatever the caller's policies do not say; the role or user behind a session in place of its identity
/// policies. All others need an Allow of an identity policy, and then of boundary and session. Source: IAM user guide,
/// "Policy evaluation logic", within one account.
pub fn decide(request: &Request<'_>, policies: &PolicySet<'_>, resource: Option<&Named<'_>>) -> Decision {
    weigh_all(request, policies, Layer::Resource, resource)
}

/// Decides whether a role may be taken on, by its trust policy and by the policies of who asks.
///
/// As [`decide`], but the trust policy must allow in any case. One that names an account or `*` leaves it to the
/// policies of the callers which of them may.
pub fn decide_trust(request: &Request<'_>, policies: &PolicySet<'_>, trust: &Named<'_>) -> Decision {
    weigh_all(request, policies, Layer::Trust, Some(trust))
}

/// `guard` is the layer of the policy that guards what is asked for: of a resource, or of a role.
fn weigh_all(
    request: &Request<'_>,
    policies: &PolicySet<'_>,
    guard: Layer,
    guarding: Option<&Named<'_>>,
) -> Decision {
    let one = std::slice::from_ref;
    let identity = weigh(request, Layer::Identity, policies.identity);
    let guarding = weigh(request, guard, guarding.map_or(&[][..], one));
    let boundary = policies.boundary.as_ref().map(|boundary| weigh(request, Layer::Boundary, one(boundary)));
    let session = session_policies(request, policies).map(|session| weigh(request, Layer::Session, session));

    let all = [
        (Layer::Identity, Some(identity)),
        (guard, Some(guarding)),
        (Layer::Boundary, boundary),
        (Layer::Session, session),
    ];
    for (layer, word) in all {
        if let Some(Word::Denies(by)) = word {
            return Decision::Denied(Denial::Explicit { by: by.reference(), layer });
        }
    }

    let opened = guarding.allowing();
    let reach = opened.map(|found| found.reach);
    if let (Some(found), Some(Reach::Caller)) = (opened, reach) {
        return Decision::Allowed { by: vec![found.reference()] };
    }
    if opened.is_none() && (guard == Layer::Trust || !request.principal.can_carry_policies()) {
        return Decision::Denied(Denial::Implicit { layer: guard });
    }
    let stands_for_identity = reach == Some(Reach::Behind);
    let mut by: Vec<_> =
        opened.filter(|_| stands_for_identity || guard == Layer::Trust).into_iter().collect();
    let needed = [
        (Layer::Identity, Some(identity).filter(|_| !stands_for_identity)),
        (Layer::Boundary, boundary),
        (Layer::Session, session),
    ];
    for (layer, word) in needed {
        match word.map(Word::allowing) {
            Some(Some(found)) => by.push(found),
            Some(None) => return Decision::Denied(Denial::Implicit { layer }),
            None => {}
        }
    }
    Decision::Allowed { by: by.into_iter().map(Found::reference).collect() }
}

/// The policies that limit the session, if any do. A session of `GetFederationToken` may do only what they allow, so
/// without any it may do nothing.
fn session_policies<'a>(request: &Request<'_>, policies: &PolicySet<'a>) -> Option<&'a [Named<'a>]> {
    match request.principal {
        Principal::FederatedUser { .. } => Some(policies.session.unwrap_or_default()),
        Principal::Root(_)
        | Principal::User { .. }
        | Principal::RoleSession { .. }
        | Principal::Federated(_)
        | Principal::Service(_)
        | Principal::Anonymous => policies.session,
    }
}

/// What the policies of one layer say together.
#[derive(Clone, Copy)]
enum Word<'a> {
    Denies(Found<'a>),
    Allows(Found<'a>),
    Silent,
}

/// A statement that applies.
#[derive(Clone, Copy)]
struct Found<'a> {
    policy: &'a str,
    statement: &'a Statement,
    reach: Reach,
}

impl<'a> Word<'a> {
    fn allowing(self) -> Option<Found<'a>> {
        match self {
            Word::Allows(found) => Some(found),
            Word::Denies(_) | Word::Silent => None,
        }
    }
}

impl Found<'_> {
    fn reference(self) -> StatementRef {
        StatementRef::new(self.policy, self.statement)
    }
}

/// The first statement that denies, else the first of those that allow and name the caller most directly.
fn weigh<'a>(request: &Request<'_>, layer: Layer, policies: &'a [Named<'a>]) -> Word<'a> {
    let mut word = Word::Silent;
    for Named { name, document } in policies {
        for statement in document.statements() {
            let known = word.allowing().map(|found| found.reach);
            let effect = statement.effect();
            if effect == Effect::Allow && known == Some(Reach::Caller) {
                continue;
            }
            let Some(reach) = statement.applies(request, layer) else { continue };
            let found = Found { policy: name, statement, reach };
            match effect {
                Effect::Deny => return Word::Denies(found),
                Effect::Allow if known < Some(reach) => word = Word::Allows(found),
                Effect::Allow => {}
            }
        }
    }
    word
}
