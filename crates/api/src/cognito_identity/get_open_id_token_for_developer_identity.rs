//! GetOpenIdTokenForDeveloperIdentity: a token for a user whom a pool's own backend vouches for. The backend signs the request
//! and hands the token on.

use super::developer::{Naming, Shown, SignedAsBackend};
use super::get_open_id_token::{Output, Signing, told};
use super::logins;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Reply};
use broker::identity_pool::developer::{LIFE, Vouching, vouch};
use broker::identity_pool::issuers::Asked;
use domain::identity_pool::developer::DeveloperUser;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::tag::Tags;
use domain::time::Span;
use serde::Deserialize;

/// The operation.
pub struct GetOpenIdTokenForDeveloperIdentity;

/// Who is vouched for, as whom, with which tags, and for how long.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    identity_id: Option<IdentityId>,
    logins: logins::Logins,
    #[serde(default)]
    principal_tags: Tags,
    token_duration: Option<u32>,
}

impl Operation for GetOpenIdTokenForDeveloperIdentity {
    const NAME: &'static str = "GetOpenIdTokenForDeveloperIdentity";
    type Input = Input;
    type Output = Output;
    type Access = SignedAsBackend;

    fn permission(input: &Input) -> Result<Naming, Fault> {
        Ok(Naming {
            action: "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
            pool: input.identity_pool_id.clone(),
            tags: input.principal_tags.clone(),
            shown: Shown::among(&input.logins),
        })
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        user: DeveloperUser,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        let Input { identity_pool_id: pool, identity_id, mut logins, principal_tags, token_duration } = input;
        call.notes.parameter("identityPoolId", pool.as_str());
        if let Some(id) = &identity_id {
            call.notes.parameter("identityId", id.as_str());
        }
        logins.remove(user.provider.as_str());
        let proven = match logins.is_empty() {
            true => Vec::new(),
            false => logins::prove(app, call, Asked::Pool(pool.clone()), &logins).await?,
        };
        let signing = Signing::ready(app).await?;
        let asked = Vouching {
            pool: &pool,
            user: &user,
            proven: &proven,
            identity: identity_id.as_ref(),
            tags: &principal_tags,
            life: token_duration.map_or(LIFE, Span::from_secs),
        };
        let vouching = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            vouch(records, &app.house, &asked, call.now, entropy)
        });
        let (vouched, change) = vouching.await?.map_err(told)?;
        call.notes.change(&change);
        Ok(Reply::issuing(signing.sign(app, call, &vouched)?))
    }
}
