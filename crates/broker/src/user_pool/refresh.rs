//! Going on with a sign-in: a refresh token for new tokens.

use crate::House;
use crate::iam::revocations::ended_since;
use crate::user_pool::sign_in::{SignInRefused, SignedIn, client_and_pool, issue_of, must_be_free};
use crate::user_pool::sign_out::login_of;
use domain::entropy::Entropy;
use domain::iam::revocation::Revocable;
use domain::records::{Revocations, Stop, UserPools, UserSessions, refuse};
use domain::seal::SealingKey;
use domain::time::Timestamp;
use domain::user_pool::client::{AuthFlow, ClientId};
use domain::user_pool::session::RefreshToken;
use domain::user_pool::user::UserStatus;

/// Who wants to go on, and with what.
pub struct Asked<'a> {
    /// The client.
    pub client: &'a ClientId,
    /// The refresh token.
    pub token: &'a RefreshToken,
    /// What is shown for the client's secret.
    pub secret_hash: Option<&'a str>,
}

/// Gives new tokens to somebody who shows the refresh token of a session that is under way, for the user as they are
/// now.
pub fn refresh(
    records: &mut (impl UserPools + UserSessions + Revocations),
    house: &House,
    (asked, sealing): (&Asked<'_>, &SealingKey),
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<SignedIn, Stop<SignInRefused>> {
    let (client, pool) = client_and_pool(records, asked.client)?;
    if !client.allows(AuthFlow::RefreshToken) {
        return refuse(SignInRefused::FlowNotEnabled(AuthFlow::RefreshToken));
    }
    let Ok(claim) = asked.token.open(&client, sealing) else {
        return refuse(SignInRefused::InvalidToken("it was not sealed for it by this server"));
    };
    if let Err(unproven) = client.check_secret(&claim.username, asked.secret_hash, sealing) {
        return refuse(SignInRefused::Secret(unproven));
    }
    let Some(session) = records.user_session(&pool.id, &claim.username, &claim.session)? else {
        return refuse(SignInRefused::InvalidToken("its session has ended"));
    };
    if session.is_over(now) {
        return refuse(SignInRefused::TokenExpired);
    }
    let user = records.user(&pool.id, &claim.username)?;
    let Some(user) = user.filter(|user| user.sub == session.sub && session.client == client.id) else {
        return refuse(SignInRefused::InvalidToken("its user is gone"));
    };
    // Also where a restore brought back what had ended since.
    let by = || Revocable::of_login(&login_of(house, &user));
    if ended_since(records, session.generation, by)?.is_some() {
        return refuse(SignInRefused::InvalidToken("what was issued then is revoked"));
    }
    if !user.is_enabled {
        return refuse(SignInRefused::Disabled);
    }
    must_be_free(records, house, &user)?;
    match user.status {
        UserStatus::Confirmed => {}
        UserStatus::ForceChangePassword => return refuse(SignInRefused::MustChangePassword),
    }
    let issue = issue_of(records, house, (&user, &session), now, entropy)?;
    Ok(SignedIn { user, client, keys: pool.keys, session, issue })
}
