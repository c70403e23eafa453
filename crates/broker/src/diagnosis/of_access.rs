//! What it means that a signature is not accepted, or that policies do not allow something.

use super::{Cause, Diagnosed, Diagnosis, Lacking, of_nearest};
use crate::iam::access::AccessRefused;
use crate::iam::authenticate::NotAuthenticated;
use crate::identity_pool::credentials::SESSION_NAME;
use domain::iam::session::{RoleSession, Session};
use policy::{Denial, Layer};

/// Something that policies denied, and to whom.
pub struct Denied<'a> {
    /// Why.
    pub refused: &'a AccessRefused,
    /// The action.
    pub action: &'a str,
    /// What it would have been done to.
    pub resource: &'a str,
    /// The caller's ARN.
    pub caller: &'a str,
    /// Whether the caller's session is narrowed by the scope-down of guests.
    pub is_scoped_down: bool,
}

const OF_IDENTITY: Lacking = Lacking {
    action: Cause::ActionNotAllowed,
    principal: Cause::ActionNotAllowed,
    resource: Cause::ResourceNotCovered,
    condition: Cause::ConditionUnmet,
};

impl Diagnosed for Denied<'_> {
    fn diagnosis(&self) -> Diagnosis {
        let (denial, nearest) = match self.refused {
            AccessRefused::Denied { denial, nearest } => (denial, nearest),
            AccessRefused::NotBySession(action) => {
                return Diagnosis::of(Cause::WrongKindOfCredentials).found(action);
            }
            AccessRefused::UserGone(_) | AccessRefused::GroupGone(_) => {
                return Diagnosis::of(Cause::PrincipalGone).found(self.refused);
            }
            AccessRefused::Ended(ended) => return Diagnosis::of(Cause::SessionRevoked).found(ended),
            AccessRefused::RoleGone(role) => return Diagnosis::of(Cause::RoleGone).expected(role),
            AccessRefused::PolicyGone(_) | AccessRefused::Malformed { .. } => {
                return Diagnosis::of(Cause::PolicyUnreadable).found(self.refused);
            }
        };
        let layer = match denial {
            Denial::Explicit { by, .. } => return Diagnosis::of(Cause::ExplicitDeny).by(by),
            Denial::Implicit { layer } => *layer,
        };
        let by_nearest = |lacking: &Lacking| {
            let asked = (self.action, self.caller, self.resource);
            nearest.as_ref().map(|nearest| of_nearest(nearest, lacking, asked))
        };
        let silent = |cause| Diagnosis::of(cause).expected(self.action);
        let of_layer = |cause| {
            let lacking = Lacking { action: cause, principal: cause, resource: cause, condition: cause };
            by_nearest(&lacking).map_or_else(|| silent(cause), |found| Diagnosis { cause, ..found })
        };
        match layer {
            Layer::Identity => by_nearest(&OF_IDENTITY).unwrap_or_else(|| silent(Cause::ActionNotAllowed)),
            Layer::Session if self.is_scoped_down => of_layer(Cause::ScopeDown),
            Layer::Session => of_layer(Cause::SessionPolicySilent),
            Layer::Boundary => of_layer(Cause::BoundarySilent),
            Layer::Resource | Layer::Trust => of_layer(Cause::ResourcePolicySilent),
        }
    }
}

/// Whether a session is a guest's, narrowed by what its pool says of guests and not by a policy that somebody sent.
pub fn is_scoped_down(session: &Session) -> bool {
    let of_enhanced_flow = |role: &RoleSession| role.name == SESSION_NAME && session.is_a_guests();
    session.policies.is_some() && session.role().is_some_and(of_enhanced_flow)
}

impl Diagnosed for NotAuthenticated {
    fn diagnosis(&self) -> Diagnosis {
        match self {
            Self::UnknownAccessKey => Diagnosis::of(Cause::AccessKeyUnknown),
            Self::BadToken => Diagnosis::of(Cause::SessionTokenWrong),
            Self::Outdated => Diagnosis::of(Cause::SessionOutdated),
            Self::InactiveAccessKey => Diagnosis::of(Cause::AccessKeyInactive),
            Self::DamagedAccessKey => Diagnosis::of(Cause::AccessKeyUnknown).found(self),
            Self::Expired(session) => {
                Diagnosis::of(Cause::SessionExpired).found(format!("an end at {}", session.expires))
            }
            Self::Ended(ended) => Diagnosis::of(Cause::SessionRevoked).found(ended),
            Self::Signature(refused) => Diagnosis::of(Cause::RequestSignatureWrong).found(refused),
        }
    }
}

/// What it means that nobody signed.
pub const NOT_SIGNED: Diagnosis = Diagnosis::of(Cause::NotSigned);
