//! The users behind logins, where a pool wants to know more of them than that their token is good.

use crate::identity_pool::Refusal;
use domain::identity_pool::pool::IdentityPool;
use domain::records::{IdentityPools, Stop, UserPools, refuse};
use login::VerifiedLogin;

/// Refuses a login whose user is not there any more or is disabled, if the pool lists their client with `ServerSideTokenCheck`.
pub(super) fn must_be_there(
    records: &mut (impl IdentityPools + UserPools),
    pool: &IdentityPool,
    proven: &[VerifiedLogin],
) -> Result<(), Stop<Refusal>> {
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
