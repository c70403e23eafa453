//! GetOpenIdToken: a token that says who an identity is, to be taken to STS or to whoever trusts the pool.

use super::{MISCONFIGURED, fault_of, logins, token_keys};
use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Operation, Public, Reply};
use broker::diagnosis::Diagnosed;
use broker::identity_pool::issuers::Asked;
use broker::identity_pool::{Refusal, open_id};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::token::OpenIdToken;
use domain::records::Breakdown;
use domain::signing::SigningKey;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// The operation.
pub struct GetOpenIdToken;

/// Whose token is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_id: IdentityId,
    #[serde(default)]
    logins: logins::Logins,
}

/// The token, and whose it is.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    identity_id: String,
    token: String,
}

impl Operation for GetOpenIdToken {
    const NAME: &'static str = "GetOpenIdToken";
    type Input = Input;
    type Output = Output;
    type Access = Public;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(app: &App, call: &mut Call<'_>, (): (), input: Input) -> Result<Reply<Output>, Fault> {
        let id = input.identity_id;
        call.notes.parameter("identityId", id.as_str());
        let proven = logins::prove(app, call, Asked::Identity(id.clone()), &input.logins).await?;
        let signing = Signing::ready(app).await?;
        let vouching = app.store.transact(app.entropy.as_ref(), |records, _| {
            open_id::for_identity(records, &app.house, &id, &proven, call.now)
        });
        let (vouched, change) = vouching.await?.map_err(|no| logins::with(&input.logins, told(no)))?;
        call.notes.change(&change);
        call.notes.detail("reason", "the pool vouches for whom it has proven, or for its guest");
        Ok(Reply::issuing(signing.sign(app, call, &vouched)?))
    }
}

/// What a no is called here: that a pool is not set up well is no error of this operation in the model.
pub(super) fn told(refusal: Refusal) -> Fault {
    if matches!(refusal, Refusal::Claim(_) | Refusal::DecidedBySelf(_) | Refusal::ClientGone(_)) {
        let diagnosis = refusal.diagnosis();
        let said = Said::bad_request("InvalidParameterException", MISCONFIGURED).denied_because(refusal);
        return Fault::from(said).diagnosed(diagnosis);
    }
    fault_of(refusal)
}

/// The key that signs, opened before the transaction: what that changes must not be followed by a breakdown.
pub(super) struct Signing {
    kid: String,
    key: Arc<SigningKey>,
}

impl Signing {
    /// Makes it if there is none yet.
    pub(super) async fn ready(app: &App) -> Result<Self, Breakdown> {
        let keys = token_keys::get(app).await?;
        let key = token_keys::signer(app, &keys)?;
        Ok(Self { kid: keys.current.kid().to_owned(), key })
    }

    /// Signs a token, and notes all of it that is no secret.
    pub(super) fn sign(
        &self,
        app: &App,
        call: &mut Call<'_>,
        vouched: &OpenIdToken,
    ) -> Result<Output, Breakdown> {
        let OpenIdToken { federation, tags, expires, .. } = vouched;
        call.notes.element("identityId", federation.sub.as_str());
        call.notes.element("expiration", expires.rfc3339());
        call.notes.detail("amr", federation.amr.clone());
        if !tags.is_empty() {
            call.notes.detail("sessionTags", json!(tags));
        }
        let claims = vouched.claims(app.house.issuers.of_identity_pools(), &app.house.account);
        let token = self.key.sign(&claims).map_err(|_| Breakdown::new("a token cannot be signed"))?;
        call.notes.detail("kid", self.kid.as_str());
        Ok(Output { identity_id: federation.sub.clone(), token })
    }
}
