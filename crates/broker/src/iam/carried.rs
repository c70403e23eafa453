//! The policies that a caller carries: of its role or user, of the boundary of that, and of its session.

use crate::House;
use crate::iam::access::AccessRefused;
use domain::iam::role::Role;
use domain::iam::session::Session;
use policy::{Decision, Document, Kind, Named, PolicySet, Request, decide};
use std::sync::Arc;

/// A policy, and the name that operators know it by.
type Known = (String, Arc<Document>);

/// The policies that the requests of a caller are decided by.
pub(super) struct Carried {
    identity: Vec<Known>,
    session: Option<Vec<Known>>,
}

impl Carried {
    /// What a session of a role carries.
    pub(super) fn by(house: &House, role: &Role, session: &Session) -> Result<Self, AccessRefused> {
        let of_role = role.policies.iter().map(|(name, text)| {
            compiled(house, format!("policy {name} of role {}", role.name), Kind::Identity, text)
        });
        let of_session = session.policies.as_ref().map(|policies| {
            let each = policies.iter();
            each.map(|policy| compiled(house, policy.name.to_string(), Kind::Session, &policy.document))
                .collect()
        });
        Ok(Self { identity: of_role.collect::<Result<_, _>>()?, session: of_session.transpose()? })
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

fn compiled(house: &House, what: String, kind: Kind, text: &str) -> Result<Known, AccessRefused> {
    match house.policies.compiled(kind, text) {
        Ok(document) => Ok((what, document)),
        Err(why) => Err(AccessRefused::Malformed { what, why }),
    }
}

fn named((name, document): &Known) -> Named<'_> {
    Named { name, document }
}
