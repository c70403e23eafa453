//! AssumeRoleWithWebIdentity: temporary credentials for whoever shows a token of one of this server's identity pools to a
//! role that trusts it. Nobody signs it.

use super::asked::{Descriptors, arns, passed, role};
use super::faults;
use super::issued::{AssumedRoleUser, Credentials};
use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Operation, Public, Reply};
use broker::iam::assume::Issued;
use broker::iam::web_identity::{Asked, assume};
use broker::identity_pool::credentials::PRINCIPAL;
use broker::identity_pool::token_keys;
use domain::iam::session::Session;
use domain::time::Span;
use login::identity_pool::{VerifiedIdentity, verify};
use serde::{Deserialize, Serialize};

/// A session lives this long if nobody says how long.
const LIFE: Span = Span::from_hours(1);

/// The operation.
pub struct AssumeRoleWithWebIdentity;

/// The role that is asked for, the token, and the session.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_arn: String,
    role_session_name: String,
    web_identity_token: String,
    provider_id: Option<String>,
    policy_arns: Descriptors,
    policy: Option<String>,
    duration_seconds: Option<u32>,
}

/// The credentials, and what the token said.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
    subject_from_web_identity_token: String,
    assumed_role_user: AssumedRoleUser,
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_policy_size: Option<usize>,
    provider: String,
    audience: String,
}

impl Output {
    fn of(token: &VerifiedIdentity, issued: &Issued, session: &Session) -> Self {
        Self {
            credentials: Credentials::of(issued),
            subject_from_web_identity_token: token.identity().to_string(),
            assumed_role_user: AssumedRoleUser::of(session),
            packed_policy_size: session.packed_percent(),
            provider: PRINCIPAL.to_owned(),
            audience: token.pool().to_string(),
        }
    }
}

impl Operation for AssumeRoleWithWebIdentity {
    const NAME: &'static str = "AssumeRoleWithWebIdentity";
    type Input = Input;
    type Output = Output;
    type Access = Public;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(app: &App, call: &mut Call<'_>, (): (), input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("roleArn", input.role_arn.as_str());
        call.notes.parameter("roleSessionName", input.role_session_name.as_str());
        let role = role(&input.role_arn)?;
        own_token(input.provider_id.as_deref())?;
        let arns = arns(input.policy_arns);
        let token = proven(app, call, &input.web_identity_token).await?;
        let asked = Asked {
            role: &role,
            session_name: &input.role_session_name,
            life: input.duration_seconds.map_or(LIFE, Span::from_secs),
            passed: passed(input.policy.as_ref(), &arns),
            circumstances: &call.circumstances,
        };
        let assuming = app.store.transact(app.entropy.as_ref(), |records, _| {
            assume(records, &app.house, &token, asked, call.now)
        });
        let grant = assuming.await?.map_err(faults::of_web_identity)?;
        let issued = call.notes.issue(app, &grant)?;
        Ok(Reply::issuing(Output::of(&token, &issued, grant.session())))
    }
}

/// Refuses what a provider that is named says: only those of AWS's own kind are, whose access tokens are no OpenID tokens, and
/// none of them is known here.
fn own_token(provider: Option<&str>) -> Result<(), Fault> {
    let Some(provider) = provider else { return Ok(()) };
    let message = match provider {
        "www.amazon.com" | "graph.facebook.com" => format!("Access tokens of {provider} are not accepted."),
        _ => "The parameter ProviderId is only for access tokens of www.amazon.com and graph.facebook.com."
            .to_owned(),
    };
    Err(Said::bad_request("InvalidIdentityToken", message).denied_because("no such provider").into())
}

/// Proves the token.
async fn proven(app: &App, call: &mut Call<'_>, token: &str) -> Result<VerifiedIdentity, Fault> {
    let issuer = app.read(|records| token_keys::issuer(records, &app.house, call.now)).await?;
    let verified = verify(token, &issuer, &app.house.seen, call.now).map_err(faults::of_token)?;
    call.notes.web_identity(&verified);
    Ok(verified)
}
