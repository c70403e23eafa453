//! An app client as the API shows it.

use crate::app::App;
use domain::records::Breakdown;
use domain::time::Timestamp;
use domain::user_pool::client::{AuthFlow, Client, ClientId, ClientName, WriteAttributes};
use domain::user_pool::lives::TimeUnit;
use domain::user_pool::pool::UserPoolId;
use serde::Serialize;

/// A client; members that were not set are left out.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Shown {
    user_pool_id: UserPoolId,
    client_name: ClientName,
    client_id: ClientId,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    last_modified_date: Timestamp,
    creation_date: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_validity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token_validity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token_validity: Option<u32>,
    token_validity_units: ShownUnits,
    #[serde(skip_serializing_if = "Option::is_none")]
    explicit_auth_flows: Option<Vec<AuthFlow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    write_attributes: Option<WriteAttributes>,
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    allowed_oauth_flows_user_pool_client: bool,
    prevent_user_existence_errors: &'static str,
    enable_token_revocation: bool,
    enable_propagate_additional_user_context_data: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ShownUnits {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<TimeUnit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<TimeUnit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<TimeUnit>,
}

/// A client in a listing.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed {
    client_id: ClientId,
    user_pool_id: UserPoolId,
    client_name: ClientName,
}

impl Shown {
    /// This client, with its secret.
    pub(super) fn of(client: Client, app: &App) -> Result<Self, Breakdown> {
        let open = |sealed: &domain::user_pool::client::SealedClientSecret| {
            sealed.open(&client.id, &app.secrets.sealing).map(|secret| secret.reveal().clone())
        };
        let broken =
            |_| Breakdown::new(format!("the secret of client `{}` does not open", client.id.as_str()));
        let client_secret = client.secret.as_ref().map(open).transpose().map_err(broken)?;
        let [id, access, refresh] = client.lives.asked_for();
        Ok(Self {
            user_pool_id: client.pool,
            client_name: client.name,
            client_id: client.id,
            client_secret,
            last_modified_date: client.modified,
            creation_date: client.created,
            refresh_token_validity: refresh.amount,
            access_token_validity: access.amount,
            id_token_validity: id.amount,
            token_validity_units: ShownUnits {
                access_token: access.unit,
                id_token: id.unit,
                refresh_token: refresh.unit,
            },
            explicit_auth_flows: client.auth_flows,
            write_attributes: client.write_attributes,
            allowed_oauth_flows_user_pool_client: false,
            prevent_user_existence_errors: if client.hides_missing_users { "ENABLED" } else { "LEGACY" },
            enable_token_revocation: true,
            enable_propagate_additional_user_context_data: false,
        })
    }

    /// Whether the client's secret is shown.
    pub(super) const fn holds_secret(&self) -> bool {
        self.client_secret.is_some()
    }
}

impl Listed {
    /// This client.
    pub(super) fn of(client: Client) -> Self {
        Self { client_id: client.id, user_pool_id: client.pool, client_name: client.name }
    }
}
