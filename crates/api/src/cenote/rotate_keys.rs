//! RotateKeys: the key ring and the keys of the tokens of identities get a new key each, now. Sessions and tokens of older
//! keys live on.

use super::to;
use crate::app::App;
use crate::cognito_identity::token_keys;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use domain::iam::access_key::RingKeyId;
use http::StatusCode;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct RotateKeys;

/// Nothing is asked.
#[derive(Deserialize)]
pub struct Input {}

/// The new key's number in the ring, and the name of the new key of tokens.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    ring_key: RingKeyId,
    identity_token_key: String,
}

impl Operation for RotateKeys {
    const NAME: &'static str = "RotateKeys";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(to("cenote:RotateKeys"))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, _: Input) -> Result<Reply<Output>, Fault> {
        let ring_key = app.keeper.rotate_keys(app).await?.ok_or_else(|| {
            let full = "the key ring is full; keys leave it 48 hours after they were replaced";
            Said::bad_request("LimitExceededException", full).with_status(StatusCode::UNPROCESSABLE_ENTITY)
        })?;
        call.notes.element("ringKey", ring_key.0);
        // Second, so that a full ring also bounds how many keys verifiers are shown.
        let identity_token_key = token_keys::rotate(app).await?;
        call.notes.element("identityTokenKey", identity_token_key.as_str());
        Ok(Reply::of(Output { ring_key, identity_token_key }))
    }
}
