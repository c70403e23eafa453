//! InitiateAuth: signing in. Of its flows USER_PASSWORD_AUTH and REFRESH_TOKEN_AUTH are served.

use super::parameters::{ByPassword, ByRefreshToken};
use super::tokens::AuthenticationResult;
use super::{sign_in_fault, too_many_requests};
use crate::app::App;
use crate::fault::{Common, Fault};
use crate::operation::{Call, Operation, Public, Reply};
use broker::user_pool::refresh;
use broker::user_pool::sign_in::{self, Attempt, SignInRefused, SignedIn};
use domain::records::Stop;
use domain::time::Timestamp;
use domain::user_pool::client::ClientId;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The operation.
pub struct InitiateAuth;

/// Who signs in, and how.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    auth_flow: String,
    #[serde(default)]
    auth_parameters: BTreeMap<String, String>,
    client_id: ClientId,
    /// Meant for triggers, of which there are none.
    #[serde(rename = "ClientMetadata")]
    _client_metadata: Option<IgnoredAny>,
    /// Meant for a campaign service, which there is not.
    #[serde(rename = "AnalyticsMetadata")]
    _analytics_metadata: Option<IgnoredAny>,
    /// Meant for risk scores, which there are not.
    #[serde(rename = "UserContextData")]
    _user_context_data: Option<IgnoredAny>,
}

/// The tokens.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    challenge_parameters: BTreeMap<String, String>,
    authentication_result: AuthenticationResult,
}

impl Operation for InitiateAuth {
    const NAME: &'static str = "InitiateAuth";
    type Input = Input;
    type Output = Output;
    type Access = Public;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(app: &App, call: &mut Call<'_>, (): (), input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("authFlow", input.auth_flow.as_str());
        call.notes.parameter("clientId", input.client_id.as_str());
        let authentication_result = match input.auth_flow.as_str() {
            "USER_PASSWORD_AUTH" => {
                let shown = ByPassword::read(input.auth_parameters)?;
                let signed_in = by_password(app, call, &input.client_id, shown).await?;
                AuthenticationResult::first(app, &signed_in)?
            }
            "REFRESH_TOKEN_AUTH" | "REFRESH_TOKEN" => {
                let shown = ByRefreshToken::read(input.auth_parameters)?;
                let signed_in = by_refresh_token(app, call, &input.client_id, &shown).await?;
                AuthenticationResult::further(app, &signed_in)?
            }
            other => return Err(Common::BadMember(format!("the flow {other} is not served yet")).into()),
        };
        Ok(Reply::issuing(Output { challenge_parameters: BTreeMap::new(), authentication_result }))
    }
}

async fn by_password(
    app: &App,
    call: &mut Call<'_>,
    client: &ClientId,
    shown: ByPassword,
) -> Result<SignedIn, Fault> {
    let ByPassword { username, password, secret_hash } = shown;
    call.notes.parameter("username", HIDDEN);
    let turn = app.hashing.queue(&username).await.map_err(|_| too_many_requests())?;
    // The body may have taken long to arrive, and so may the turn to come.
    let now = app.clock.now();
    let asked = sign_in::Asked {
        client,
        username: &username,
        secret_hash: secret_hash.as_deref(),
        address: call.circumstances.source_ip,
    };
    let beginning = app.store.transact(app.entropy.as_ref(), |records, _| {
        sign_in::begin(records, &asked, &app.secrets.sealing, now)
    });
    let begun = beginning.await?;
    if is_known(&begun) {
        call.notes.parameter("username", username.as_str());
    }
    let attempt = begun.map_err(sign_in_fault)?;
    if !turn.check(password, attempt.password()).await? {
        return Err(failed(app, &attempt, now).await?);
    }
    let succeeding = app.store.transact(app.entropy.as_ref(), |records, entropy| {
        sign_in::succeed(records, &app.house, &attempt, now, entropy)
    });
    let signed_in = succeeding.await?.map_err(sign_in_fault)?;
    call.notes.detail("reason", "the password is right");
    call.notes.element("sub", signed_in.user.sub.as_str());
    Ok(signed_in)
}

async fn by_refresh_token(
    app: &App,
    call: &mut Call<'_>,
    client: &ClientId,
    shown: &ByRefreshToken,
) -> Result<SignedIn, Fault> {
    let asked = refresh::Asked { client, token: &shown.token, secret_hash: shown.secret_hash.as_deref() };
    let now = app.clock.now();
    let refreshing = app.store.transact(app.entropy.as_ref(), |records, entropy| {
        refresh::refresh(records, &app.house, (&asked, &app.secrets.sealing), now, entropy)
    });
    let signed_in = refreshing.await?.map_err(sign_in_fault)?;
    call.notes.parameter("username", signed_in.user.username.as_str());
    call.notes.detail("reason", "the refresh token is right");
    call.notes.element("sub", signed_in.user.sub.as_str());
    Ok(signed_in)
}

/// What is on record for a name that nobody has, as in CloudTrail: it may be a password in the wrong field.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

fn is_known(begun: &Result<Attempt, SignInRefused>) -> bool {
    match begun {
        Ok(attempt) => attempt.is_known(),
        Err(refused) => matches!(refused, SignInRefused::TooManyFailures { is_known: true }),
    }
}

async fn failed(app: &App, attempt: &Attempt, now: Timestamp) -> Result<Fault, Fault> {
    let failing = app.store.transact(app.entropy.as_ref(), |records, _| {
        sign_in::fail(records, attempt, now).map_err(Stop::<Infallible>::from)
    });
    let Ok(refused) = failing.await?;
    Ok(sign_in_fault(refused))
}
