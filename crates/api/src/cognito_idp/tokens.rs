//! The tokens of a sign-in.

use crate::app::App;
use broker::user_pool::sign_in::SignedIn;
use domain::records::Breakdown;
use domain::signing::SealedKey;
use domain::user_pool::keys::PoolKeys;
use serde::Serialize;

/// The tokens as they are answered.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AuthenticationResult {
    access_token: String,
    expires_in: i64,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    id_token: String,
}

impl AuthenticationResult {
    /// The first tokens of a session.
    pub(super) fn first(app: &App, signed_in: &SignedIn) -> Result<Self, Breakdown> {
        let refresh_token = signed_in
            .session
            .refresh_token(&app.secrets.sealing, app.entropy.as_ref())
            .map_err(|_| Breakdown::new("a refresh token cannot be sealed"))?;
        Ok(Self { refresh_token: Some(refresh_token.reveal().clone()), ..Self::further(app, signed_in)? })
    }

    /// Further tokens of a session; its refresh token stays the same.
    pub(super) fn further(app: &App, signed_in: &SignedIn) -> Result<Self, Breakdown> {
        let SignedIn { user, client, keys, issue, .. } = signed_in;
        let issuer = app.house.issuers.issuer_of(&client.pool);
        let owner = PoolKeys::owner(&client.pool);
        let signer =
            |key: &SealedKey| app.signers.open(&key.public.kid, || key.open(&owner, &app.secrets.sealing));
        let entropy = app.entropy.as_ref();
        let broken = |_| Breakdown::new("a token cannot be signed");
        let id_token =
            signer(&keys.id)?.sign(&issue.id_claims(user, client, &issuer, entropy)).map_err(broken)?;
        let access_token = signer(&keys.access)?
            .sign(&issue.access_claims(user, client, &issuer, entropy))
            .map_err(broken)?;
        Ok(Self {
            access_token,
            expires_in: client.lives.of_access().secs(),
            token_type: "Bearer",
            refresh_token: None,
            id_token,
        })
    }
}
