//! The policies that a caller carries: of its role or user, of the boundary of that, and of its session.

use crate::House;
use crate::iam::access::AccessRefused;
use domain::iam::role::Role;
use domain::iam::session::{LongTerm, RoleSession, Session, Subject};
use domain::records::{Roles, Stop, refuse};
use policy::{Decision, Document, Kind, Named, PolicySet, Request, decide};
use std::sync::Arc;

/// A policy, and the name that operators know it by.
type Known = (String, Arc<Document>);

/// The policies that the requests of a caller are decided by.
pub(super) struct Carried {
    identity: Vec<Known>,
    session: Option<Vec<Known>>,
}

/// What the account's root may do.
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

impl Carried {
    /// What a session carries.
    pub(super) fn by(
        records: &mut impl Roles,
        house: &House,
        session: &Session,
    ) -> Result<Self, Stop<AccessRefused>> {
        let identity = match &session.subject {
            Subject::Role(taken_on) => of_role(&role_of(records, session, taken_on)?, house),
            Subject::FederatedUser { by: LongTerm::Root, .. } | Subject::LongTerm(LongTerm::Root) => {
                compiled(house, "the account's root".to_owned(), Kind::Identity, EVERYTHING)
                    .map(|all| vec![all])
            }
        };
        let narrowing = session.policies.as_ref().map(|policies| {
            let each = policies.iter();
            each.map(|policy| compiled(house, policy.name.to_string(), Kind::Session, &policy.document))
                .collect()
        });
        match (identity, narrowing.transpose()) {
            (Ok(identity), Ok(session)) => Ok(Self { identity, session }),
            (Err(refused), _) | (_, Err(refused)) => refuse(refused),
        }
    }

    /// Decides a request by them.
    pub(super) fn decide(&self, request: &Request<'_>) -> Decision {
        let identity: Vec<Named<'_>> = self.identity.iter().map(named).collect();
        let session: Option<Vec<Named<'_>>> =
            self.session.as_ref().map(|all| all.iter().map(named).collect());
        let carried = PolicySet { identity: &identity, boundary: None, session: session.as_deref() };
        decide(request, &carried, None)
    }
}

/// The role of a session, if it is there and still the same.
fn role_of(
    records: &mut impl Roles,
    session: &Session,
    RoleSession { role: arn, role_id, .. }: &RoleSession,
) -> Result<Role, Stop<AccessRefused>> {
    let is_the_sessions = |role: &Role| role.id == *role_id && role.arn(&session.account) == *arn;
    match records.role(arn.name())?.filter(is_the_sessions) {
        Some(role) => Ok(role),
        None => refuse(AccessRefused::RoleGone(arn.to_string())),
    }
}

fn of_role(role: &Role, house: &House) -> Result<Vec<Known>, AccessRefused> {
    let named = |name| format!("policy {name} of role {}", role.name);
    role.policies.iter().map(|(name, text)| compiled(house, named(name), Kind::Identity, text)).collect()
}

fn compiled(house: &House, what: String, kind: Kind, text: &str) -> Result<Known, AccessRefused> {
    match house.policies.compiled(kind, text) {
        Ok(document) => Ok((what, document)),
        Err(why) => Err(AccessRefused::Malformed { what, why }),
    }
}

fn named((name, document): &Known) -> Named<'_> {
    Named { name, document }
}
