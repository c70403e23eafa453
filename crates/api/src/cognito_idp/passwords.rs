//! Passwords that an administrator gives.

use super::too_many_requests;
use crate::app::App;
use crate::fault::{Fault, Said};
use domain::secret::Secret;
use domain::user_pool::password::PasswordHash;
use domain::user_pool::policy::PasswordPolicy;
use domain::user_pool::user::Username;

/// The hash of a password for a user, if the policy of their pool accepts it.
pub(super) async fn hash(
    app: &App,
    policy: &PasswordPolicy,
    username: &Username,
    password: String,
) -> Result<PasswordHash, Fault> {
    let accepted = policy.accept(Secret::new(password)).map_err(|weak| {
        let message = format!("Password did not conform with policy: {weak}");
        Said::bad_request("InvalidPasswordException", message)
    })?;
    let turn = app.hashing.queue(username).await.map_err(|_| too_many_requests())?;
    Ok(turn.hash(accepted, app.entropy.clone()).await?)
}
