//! GetCredentialsForIdentity: temporary credentials for an identity that was proven, or for a guest.

use super::{fault_of, logins};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Public, Reply};
use broker::identity_pool::credentials::{self, Asked, Granted};
use broker::identity_pool::issuers;
use domain::identity_pool::identity::IdentityId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetCredentialsForIdentity;

/// Whose credentials are asked for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_id: IdentityId,
    #[serde(default)]
    logins: logins::Logins,
    custom_role_arn: Option<String>,
}

/// The credentials, and whose they are: another identity's than was asked for, where a login shown with a guest's is
/// another's.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    identity_id: IdentityId,
    credentials: Credentials,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    access_key_id: String,
    secret_key: String,
    session_token: String,
    expiration: Timestamp,
}

impl Operation for GetCredentialsForIdentity {
    const NAME: &'static str = "GetCredentialsForIdentity";
    type Input = Input;
    type Output = Output;
    type Access = Public;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(app: &App, call: &mut Call<'_>, (): (), input: Input) -> Result<Reply<Output>, Fault> {
        let asked = input.identity_id;
        call.notes.parameter("identityId", asked.as_str());
        let role = input.custom_role_arn.as_deref();
        if let Some(role) = role {
            call.notes.parameter("customRoleArn", role);
        }
        let asked = Asked { identity: &asked, role, transport: call.circumstances.transport };
        let Granted { grant, identity: identity_id, chosen_by, change } =
            granted(app, call, asked, &input.logins).await?;
        call.notes.change(&change);
        call.notes.detail("roleChosenBy", chosen_by.to_string());
        call.notes.element("identityId", identity_id.as_str());
        let issued = call.notes.issue(app, &grant)?;
        let credentials = Credentials {
            access_key_id: issued.id.to_string(),
            secret_key: issued.secret.reveal().clone(),
            session_token: issued.token.reveal().clone(),
            expiration: issued.expires,
        };
        Ok(Reply::issuing(Output { identity_id, credentials }))
    }
}

/// Grants a session for logins, or for a token of the identity's pool in their place, which links nothing.
async fn granted(
    app: &App,
    call: &mut Call<'_>,
    asked: Asked<'_>,
    logins: &logins::Logins,
) -> Result<Granted, Fault> {
    let (entropy, now) = (app.entropy.as_ref(), call.now);
    let granted = match logins::prove_own_token(app, call, asked.identity, logins).await? {
        Some(token) => {
            let granting = app.store.transact(entropy, |records, _| {
                credentials::for_token(records, &app.house, asked, &token, now)
            });
            granting.await?
        }
        None => {
            let claimed = issuers::Asked::Identity(asked.identity.clone());
            let proven = logins::prove(app, call, claimed, logins).await?;
            let granting = app.store.transact(entropy, |records, _| {
                credentials::for_identity(records, &app.house, asked, &proven, now)
            });
            granting.await?
        }
    };
    granted.map_err(|refusal| logins::with(logins, fault_of(refusal)))
}
