//! Taking on a role by a token of an identity pool, at STS: the classic flow.

use crate::House;
use crate::iam::assume::{AssumeRefused, Brought, Grant, WebIdentity, assume_with_web_identity};
use crate::iam::circumstances::Circumstances;
use crate::iam::passed::{NotPassed, Passed, fit};
use crate::identity_pool::Refusal;
use crate::identity_pool::open_id::{Vouched, must_be_open, must_not_be_mapped, vouched};
use domain::arn::RoleArn;
use domain::records::{
    IamUsers, IdentityPools, ManagedPolicies, Revocations, Roles, Stop, UserPools, refuse,
};
use domain::time::{Span, Timestamp};
use login::identity_pool::VerifiedIdentity;

/// The role that is asked for, and the session.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The role.
    pub role: &'a RoleArn,
    /// The name that the session shall have.
    pub session_name: &'a str,
    /// How long the session shall live.
    pub life: Span,
    /// What narrows it.
    pub passed: Passed<'a>,
    /// Under what circumstances it is asked for.
    pub circumstances: &'a Circumstances,
}

/// Why a role cannot be taken on by a token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebIdentityRefused {
    /// The pool does not stand by the token any more.
    #[error("{0}")]
    NotVouched(Refusal),
    /// What shall narrow the session cannot.
    #[error("{0}")]
    Passed(NotPassed),
    /// The role does not let the identity in.
    #[error("{0}")]
    Role(AssumeRefused),
}

/// Lets an identity that a token vouches for take on a role. Nothing but the role's trust policy and the session policy
/// that is asked for bounds it: what narrows guests is of the enhanced flow.
pub fn assume(
    records: &mut (impl IdentityPools + UserPools + Roles + IamUsers + Revocations + ManagedPolicies),
    house: &House,
    token: &VerifiedIdentity,
    asked: Asked<'_>,
    now: Timestamp,
) -> Result<Grant, Stop<WebIdentityRefused>> {
    let Vouched { federation, tags, origin, .. } = in_classic_flow(records, house, token, now)
        .map_err(|stop| stop.map(WebIdentityRefused::NotVouched))?;
    let wanted = WebIdentity {
        role: asked.role,
        federation,
        session_name: asked.session_name,
        life: asked.life,
        tags,
        policies: None,
        origin,
        brought: Brought::ByHolder(asked.circumstances),
    };
    let grant = assume_with_web_identity(records, house, wanted, now);
    let grant = grant.map_err(|stop| stop.map(WebIdentityRefused::Role))?;
    // Read last: who is not let in is not told which managed policies there are.
    let policies = asked.passed.read(records).map_err(|stop| stop.map(WebIdentityRefused::Passed))?;
    let grant = grant.narrowed_by(policies);
    match fit(grant.session()) {
        Ok(()) => Ok(grant),
        Err(refused) => refuse(WebIdentityRefused::Passed(refused)),
    }
}

fn in_classic_flow(
    records: &mut (impl IdentityPools + UserPools + Revocations),
    house: &House,
    token: &VerifiedIdentity,
    now: Timestamp,
) -> Result<Vouched, Stop<Refusal>> {
    let vouched = vouched(records, house, token, now)?;
    must_be_open(&vouched.pool)?;
    must_not_be_mapped(&vouched.pool, &vouched.shown)?;
    Ok(vouched)
}
