//! The users behind logins: what has to be known of them beyond that their token is good.

use crate::iam::revocations::revoked_before;
use crate::identity_pool::Refusal;
use domain::iam::revocation::Revocable;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Revocations, Stop, UserPools, refuse};
use login::{LoginRefused, VerifiedLogin};

/// Refuses a login that was revoked since its token was issued, and one whose user is not there any more or is disabled, if
/// the pool lists their client with `ServerSideTokenCheck`.
pub(super) fn must_be_there(
    records: &mut (impl IdentityPools + UserPools + Revocations),
    pool: &IdentityPool,
    proven: &[VerifiedLogin],
) -> Result<(), Stop<Refusal>> {
    for login in proven {
        if login.issued() < revoked_before(records, &Revocable::of_login(login.key()))? {
            return refuse(LoginRefused::Revoked(login.issued()).into());
        }
    }
    for login in proven.iter().filter(|login| pool.checks_users(login.user_pool(), login.client())) {
        let user = match login.username() {
            Some(name) => records.user(login.user_pool(), name)?,
            None => None,
        };
        // Somebody else may go by the name by now.
        if user.is_none_or(|user| user.sub != login.key().subject || !user.is_enabled) {
            return refuse(Refusal::UserGone(login.key().provider.clone()));
        }
    }
    Ok(())
}
