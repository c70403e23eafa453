//! Doctor: a login replayed without side effects: what its token says of itself, and the first thing that keeps it from
//! becoming credentials.

use super::explain::Meaning;
use super::words::unprocessable;
use crate::app::App;
use crate::audit::short;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::diagnosis::{Diagnosed, Diagnosis};
use broker::iam::resource::Resource;
use broker::identity_pool::Refusal;
use broker::identity_pool::issuers::{Asked, expected};
use broker::identity_pool::rehearsal::{Coming, Rehearsed, rehearse};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::records::{Stop, UserPools, refuse};
use login::VerifiedLogin;
use login::jws::UnverifiedToken;
use login::user_pool::verify;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The operation.
pub struct Doctor;

/// What is replayed. Without a pool it is only told what the token says, without a token a guest comes.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: Option<IdentityPoolId>,
    token: Option<String>,
    provider: Option<String>,
    custom_role_arn: Option<String>,
}

/// What became of it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(flatten)]
    token: TokenSays,
    #[serde(flatten)]
    failing: Option<Meaning>,
    #[serde(flatten)]
    granted: Option<WouldGet>,
}

/// What a token says of itself. None of it is proven by that.
#[derive(Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TokenSays {
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_use: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_pool_is_here: Option<bool>,
}

/// What whoever comes with it would get.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct WouldGet {
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_id: Option<IdentityId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    role_chosen_by: String,
    session_policies: Vec<String>,
    session_tags: BTreeMap<String, String>,
}

impl Operation for Doctor {
    const NAME: &'static str = "Doctor";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let pool = input.identity_pool_id.clone();
        let resource = pool.map_or(Resource::All, Resource::IdentityPool);
        Ok(Permission { action: "cenote:Doctor", resource, keys: Vec::new() })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let token = match &input.token {
            Some(token) => said_by(app, token, input.provider.as_deref()).await?,
            None => TokenSays::default(),
        };
        let Some(pool) = &input.identity_pool_id else {
            if input.token.is_none() {
                return Err(unprocessable("there is neither an identity pool nor a token to look at").into());
            }
            return Ok(Reply::of(Output { token, failing: None, granted: None }));
        };
        let proving = proven(app, call, pool, (&input, token.provider.as_deref())).await?;
        let ended = match proving {
            Ok(proven) => rehearsed(app, call, (pool, &proven), input.custom_role_arn.as_deref()).await?,
            Err(diagnosis) => Err(diagnosis),
        };
        Ok(Reply::of(match ended {
            Ok(granted) => Output { token, failing: None, granted: Some(granted) },
            Err(diagnosis) => Output { token, failing: Some(diagnosis.into()), granted: None },
        }))
    }
}

/// What a token says of itself, and the key under which it would be shown.
async fn said_by(app: &App, token: &str, provider: Option<&str>) -> Result<TokenSays, Fault> {
    let read = UnverifiedToken::read(token, &app.house.seen);
    let claims = read.as_ref().ok().and_then(|read| read.claims().ok());
    let said = |name| claims?.text(name).map(|text| short(&text));
    let issuer = said("iss");
    let bare = issuer.as_ref().and_then(|issuer| issuer.split_once("://")).map(|(_, bare)| bare.to_owned());
    let named = bare.as_deref().and_then(|bare| app.house.issuers.pool_named_by(bare));
    let user_pool_is_here = match named {
        Some(id) => Some(app.read(|records| Ok(records.user_pool(&id)?.is_some())).await?),
        None => None,
    };
    Ok(TokenSays {
        provider: provider.map(str::to_owned).or(bare),
        issuer,
        client: said("aud").or_else(|| said("client_id")),
        token_use: said("token_use"),
        user_pool_is_here,
    })
}

/// Proves the login as GetId does.
async fn proven(
    app: &App,
    call: &Call<'_>,
    pool: &IdentityPoolId,
    (input, key): (&Input, Option<&str>),
) -> Result<Result<Vec<VerifiedLogin>, Diagnosis>, Fault> {
    let asked = Asked::Pool(pool.clone());
    // A token that names no issuer is shown under no name.
    let shown: Vec<(&str, &String)> =
        input.token.iter().map(|token| (key.unwrap_or_default(), token)).collect();
    let keys: Vec<&str> = shown.iter().map(|(key, _)| *key).collect();
    let asking =
        app.store.transact(app.entropy.as_ref(), |records, _| expected(records, &app.house, &asked, &keys));
    let expected = match asking.await? {
        Ok(expected) => expected,
        Err(refusal) => return Ok(Err(refusal.diagnosis())),
    };
    let proving = expected
        .issuers
        .iter()
        .zip(&shown)
        .map(|(issuer, (_, token))| verify(token, issuer, &expected.pool, &app.house.seen, call.now));
    Ok(proving.collect::<Result<_, _>>().map_err(|refused| refused.diagnosis()))
}

/// Goes on as GetId and GetCredentialsForIdentity do, and writes nothing of it.
async fn rehearsed(
    app: &App,
    call: &Call<'_>,
    (pool, proven): (&IdentityPoolId, &[VerifiedLogin]),
    role: Option<&str>,
) -> Result<Result<WouldGet, Diagnosis>, Fault> {
    let coming = Coming { pool, proven, role, transport: call.circumstances.transport };
    let rehearsing = app.store.transact(app.entropy.as_ref(), |records, entropy| {
        match rehearse(records, &app.house, coming, call.now, entropy) {
            Ok(rehearsed) => refuse::<Infallible, _>(Ok(Box::new(rehearsed))),
            Err(Stop::Refused(refusal)) => refuse(Err(refusal)),
            Err(Stop::Unready(unready)) => Err(unready.into()),
        }
    });
    let Err(ended): Result<Infallible, Result<Box<Rehearsed>, Refusal>> = rehearsing.await?;
    Ok(ended.map(|rehearsed| WouldGet::from(*rehearsed)).map_err(|refusal| refusal.diagnosis()))
}

impl From<Rehearsed> for WouldGet {
    fn from(Rehearsed { known, granted }: Rehearsed) -> Self {
        let session = granted.grant.session();
        let policies = session.policies.iter().flatten().map(|policy| policy.name.to_string());
        Self {
            identity_id: known,
            role: session.role().map(|taken_on| taken_on.role.to_string()),
            role_chosen_by: granted.chosen_by.to_string(),
            session_policies: policies.collect(),
            session_tags: session.tags.clone(),
        }
    }
}
