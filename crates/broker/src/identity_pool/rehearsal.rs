//! A rehearsal: all that happens to somebody who comes with logins, up to the session that they would get.

use crate::House;
use crate::iam::circumstances::Transport;
use crate::identity_pool::credentials::{Asked, Granted, for_identity};
use crate::identity_pool::get_id::get_id;
use crate::identity_pool::{Refusal, pools};
use domain::entropy::Entropy;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{
    IamUsers, IdentityPools, ManagedPolicies, Merges, Revocations, Roles, Stop, UserPools,
};
use domain::time::Timestamp;
use login::VerifiedLogin;

/// Somebody who comes.
#[derive(Debug, Clone, Copy)]
pub struct Coming<'a> {
    /// The pool that they come to.
    pub pool: &'a IdentityPoolId,
    /// The logins that they proved.
    pub proven: &'a [VerifiedLogin],
    /// The role that they ask for, if they ask for one.
    pub role: Option<&'a str>,
    /// How their way here is protected.
    pub transport: Transport,
}

/// What they would get.
#[derive(Debug)]
pub struct Rehearsed {
    /// The identity that is theirs already; `None` if one would be made.
    pub known: Option<IdentityId>,
    /// The session.
    pub granted: Granted,
}

/// Does what GetId and GetCredentialsForIdentity do, one after the other. Whoever rehearses must let the transaction end
/// without writing.
pub fn rehearse(
    records: &mut (impl IdentityPools + Merges + UserPools + Roles + IamUsers + Revocations + ManagedPolicies),
    house: &House,
    coming: Coming<'_>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Rehearsed, Stop<Refusal>> {
    let Coming { pool, proven, role, transport } = coming;
    pools::find(records, pool)?;
    let mut known = None;
    for login in proven {
        known = known.or(records.identity_of(pool, login.key())?.map(|identity| identity.id));
    }
    let met = get_id(records, house, (pool, proven), now, entropy)?;
    let asked = Asked { identity: &met.identity.id, role, transport };
    let granted = for_identity(records, house, asked, proven, now)?;
    Ok(Rehearsed { known, granted })
}
