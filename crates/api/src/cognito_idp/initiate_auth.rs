//! InitiateAuth: signing in. Of its flows USER_PASSWORD_AUTH is served.

use super::fault_of;
use crate::app::App;
use crate::fault::{Common, Fault, Said};
use crate::operation::{Call, Operation, Public, Reply};
use broker::user_pool::sign_in::{self, Attempt, SignInRefused, SignedIn};
use domain::records::{Breakdown, Stop};
use domain::secret::Secret;
use domain::time::Timestamp;
use domain::user_pool::client::ClientId;
use domain::user_pool::password::LONGEST_PASSWORD;
use domain::user_pool::user::Username;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AuthenticationResult {
    access_token: String,
    expires_in: i64,
    token_type: &'static str,
    id_token: String,
}

/// A name and a password that were sent.
struct Shown {
    username: Username,
    password: Secret<String>,
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
        if input.auth_flow != "USER_PASSWORD_AUTH" {
            return Err(Common::BadMember(format!("the flow {} is not served yet", input.auth_flow)).into());
        }
        let client = input.client_id;
        let Shown { username, password } = shown(input.auth_parameters)?;
        call.notes.parameter("username", HIDDEN);
        let turn = app.hashing.queue(&username).await.map_err(|_| too_many_requests())?;
        // The body may have taken long to arrive, and so may the turn to come.
        let now = app.clock.now();
        let address = call.circumstances.source_ip;
        let beginning = app.store.transact(app.entropy.as_ref(), |records, _| {
            sign_in::begin(records, &client, &username, address, now)
        });
        let begun = beginning.await?;
        if is_known(&begun) {
            call.notes.parameter("username", username.as_str());
        }
        let attempt = begun.map_err(fault_of)?;
        let signed_in = if turn.check(password, attempt.password()).await? {
            let succeeding = app.store.transact(app.entropy.as_ref(), |records, entropy| {
                sign_in::succeed(records, &attempt, now, entropy)
            });
            succeeding.await?.map_err(fault_of)?
        } else {
            return Err(failed(app, &attempt, now).await?);
        };
        call.notes.detail("reason", "the password is right");
        call.notes.element("sub", signed_in.user.sub.as_str());
        Ok(Reply::issuing(tokens(app, &signed_in)?))
    }
}

/// What is on record for a name that nobody has, as in CloudTrail: it may be a password in the wrong field.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

fn is_known(begun: &Result<Attempt, SignInRefused>) -> bool {
    match begun {
        Ok(attempt) => attempt.is_known(),
        Err(refused) => matches!(refused, SignInRefused::TooManyFailures { is_known: true }),
    }
}

fn too_many_requests() -> Said {
    Said::bad_request("TooManyRequestsException", "Rate exceeded")
        .denied_because("too many passwords wait to be checked")
}

/// Reads the parameters of the flow; one that it does not have is refused.
fn shown(mut parameters: BTreeMap<String, String>) -> Result<Shown, Fault> {
    let mut take = |name: &str| {
        parameters.remove(name).ok_or_else(|| Common::BadMember(format!("Missing required parameter {name}")))
    };
    let username = take("USERNAME")?;
    let password = Secret::new(take("PASSWORD")?);
    if let Some(other) = parameters.into_keys().next() {
        let other: String = other.chars().take(100).collect();
        return Err(Common::BadMember(format!("the parameter {other} is not served yet")).into());
    }
    let violation = |member: &str, constraint: &str| {
        let text = format!("Value at '{member}' failed to satisfy constraint: Member must {constraint}");
        Common::Violations(format!("1 validation error detected: {text}"))
    };
    let username = Username::parse(&username).map_err(|_| {
        violation("username", r"satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+")
    })?;
    if password.reveal().chars().count() > LONGEST_PASSWORD {
        return Err(violation("password", "have length less than or equal to 256").into());
    }
    Ok(Shown { username, password })
}

async fn failed(app: &App, attempt: &Attempt, now: Timestamp) -> Result<Fault, Fault> {
    let failing = app.store.transact(app.entropy.as_ref(), |records, _| {
        sign_in::fail(records, attempt, now).map_err(Stop::<std::convert::Infallible>::from)
    });
    let Ok(refused) = failing.await?;
    Ok(fault_of(refused))
}

fn tokens(app: &App, signed_in: &SignedIn) -> Result<Output, Breakdown> {
    let SignedIn { user, client, keys, sign_in } = signed_in;
    let issuer = app.house.issuers.issuer_of(&client.pool);
    let signer = app.signers.open(&client.pool, keys, &app.secrets.sealing)?;
    let entropy = app.entropy.as_ref();
    let broken = |_| Breakdown::new("a token cannot be signed");
    let id_token = signer.id.sign(&sign_in.id_claims(user, client, &issuer, entropy)).map_err(broken)?;
    let access_token =
        signer.access.sign(&sign_in.access_claims(user, client, &issuer, entropy)).map_err(broken)?;
    Ok(Output {
        challenge_parameters: BTreeMap::new(),
        authentication_result: AuthenticationResult {
            access_token,
            expires_in: client.token_life.secs(),
            token_type: "Bearer",
            id_token,
        },
    })
}
