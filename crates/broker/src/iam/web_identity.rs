//! Taking on a role by a token of an identity pool, at STS: the classic flow.

use crate::House;
use crate::iam::assume::{AssumeRefused, Brought, Grant, WebIdentity, assume_with_web_identity};
use crate::iam::circumstances::Circumstances;
use crate::identity_pool::Refusal;
use crate::identity_pool::open_id::{Vouched, must_be_open, must_not_be_mapped, vouched};
use domain::arn::RoleArn;
use domain::iam::session_policy::SessionPolicy;
use domain::records::{IdentityPools, Roles, Stop, UserPools, refuse};
use domain::time::{Span, Timestamp};
use login::identity_pool::VerifiedIdentity;
use policy::{Document, Kind, Malformed};

/// The role that is asked for, and the session.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The role.
    pub role: &'a RoleArn,
    /// The name that the session shall have.
    pub session_name: &'a str,
    /// How long the session shall live.
    pub life: Span,
    /// The text of a policy that narrows it.
    pub policy: Option<&'a str>,
    /// Under what circumstances it is asked for.
    pub circumstances: &'a Circumstances,
}

/// Why a role cannot be taken on by a token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebIdentityRefused {
    /// The pool does not stand by the token any more.
    #[error("{0}")]
    NotVouched(Refusal),
    /// The session policy cannot be read, or holds what Cenote does not evaluate.
    #[error("session policy: {0}")]
    Policy(Malformed),
    /// The session policy takes more room than there is, this many hundredths of it.
    #[error("the session policy takes {0} percent of the room that there is for it")]
    TooLarge(usize),
    /// The role does not let the identity in.
    #[error("{0}")]
    Role(AssumeRefused),
}

/// Lets an identity that a token vouches for take on a role. Nothing but the role's trust policy and the session policy
/// that is asked for bounds it: what narrows guests is of the enhanced flow.
pub fn assume(
    records: &mut (impl IdentityPools + UserPools + Roles),
    house: &House,
    token: &VerifiedIdentity,
    asked: Asked<'_>,
    now: Timestamp,
) -> Result<Grant, Stop<WebIdentityRefused>> {
    let Vouched { federation, tags, origin, .. } =
        in_classic_flow(records, house, token, now).map_err(not_vouched)?;
    if let Some(text) = asked.policy
        // Kept compiled are policies that are in use; anybody can send one here.
        && let Err(why) = Document::parse(text, Kind::Session)
    {
        return refuse(WebIdentityRefused::Policy(why));
    }
    let named = |text: &str| SessionPolicy::written("session policy".to_owned(), text.to_owned());
    let wanted = WebIdentity {
        role: asked.role,
        federation,
        session_name: asked.session_name,
        life: asked.life,
        tags,
        policies: asked.policy.map(|text| vec![named(text)]),
        origin,
        brought: Brought::ByHolder(asked.circumstances),
    };
    let grant = match assume_with_web_identity(records, house, wanted, now) {
        Ok(grant) => grant,
        Err(Stop::Refused(refused)) => return refuse(WebIdentityRefused::Role(refused)),
        Err(Stop::Unready(unready)) => return Err(unready.into()),
    };
    match grant.session().packed_percent() {
        Some(percent) if percent > 100 => refuse(WebIdentityRefused::TooLarge(percent)),
        Some(_) | None => Ok(grant),
    }
}

fn in_classic_flow(
    records: &mut (impl IdentityPools + UserPools),
    house: &House,
    token: &VerifiedIdentity,
    now: Timestamp,
) -> Result<Vouched, Stop<Refusal>> {
    let vouched = vouched(records, house, token, now)?;
    must_be_open(&vouched.pool)?;
    must_not_be_mapped(&vouched.pool, &vouched.shown)?;
    Ok(vouched)
}

fn not_vouched(stop: Stop<Refusal>) -> Stop<WebIdentityRefused> {
    match stop {
        Stop::Refused(refusal) => Stop::Refused(WebIdentityRefused::NotVouched(refusal)),
        Stop::Unready(unready) => Stop::Unready(unready),
    }
}
