//! CreateUserPoolClient: makes a client of a pool, with a secret or without.

use super::client::Shown;
use super::defaults::only;
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::{Common, Fault};
use crate::members::Nested;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::user_pool::clients;
use domain::records::Breakdown;
use domain::user_pool::client::{
    AuthFlow, Client, ClientId, ClientName, SealedClientSecret, WriteAttributes,
};
use domain::user_pool::lives::{NotALife, TimeUnit, TokenLife, TokenLives};
use domain::user_pool::pool::UserPoolId;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The operation.
pub struct CreateUserPoolClient;

/// The client.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
    client_name: ClientName,
    #[serde(default)]
    generate_secret: bool,
    refresh_token_validity: Option<u32>,
    access_token_validity: Option<u32>,
    id_token_validity: Option<u32>,
    #[serde(default)]
    token_validity_units: Nested<Units>,
    #[serde(default)]
    explicit_auth_flows: Vec<String>,
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    allowed_oauth_flows_user_pool_client: Option<bool>,
    write_attributes: Option<Vec<String>>,
    prevent_user_existence_errors: Option<String>,
    enable_token_revocation: Option<bool>,
    enable_propagate_additional_user_context_data: Option<bool>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(rename_all = "PascalCase")]
struct Units {
    access_token: Option<TimeUnit>,
    id_token: Option<TimeUnit>,
    refresh_token: Option<TimeUnit>,
}

/// The client as it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_pool_client: Shown,
}

impl Operation for CreateUserPoolClient {
    const NAME: &'static str = "CreateUserPoolClient";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:CreateUserPoolClient", &input.user_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("settings", json!(input));
        let entropy = app.entropy.as_ref();
        only("AllowedOAuthFlowsUserPoolClient", input.allowed_oauth_flows_user_pool_client, false)?;
        only("EnableTokenRevocation", input.enable_token_revocation, true)?;
        let propagate = input.enable_propagate_additional_user_context_data;
        only("EnablePropagateAdditionalUserContextData", propagate, false)?;
        let lives = lives(&input)?;
        let id = ClientId::draw(entropy);
        let draw = || SealedClientSecret::draw(&id, &app.secrets.sealing, entropy);
        let secret = input.generate_secret.then(draw).transpose();
        let client = Client {
            secret: secret.map_err(|_| Breakdown::new("the secret of a client cannot be sealed"))?,
            id,
            pool: input.user_pool_id,
            name: input.client_name,
            auth_flows: flows(&input.explicit_auth_flows)?,
            write_attributes: input.write_attributes.map(writable).transpose()?,
            hides_missing_users: input.prevent_user_existence_errors.as_deref() == Some("ENABLED"),
            lives,
            created: call.now,
            modified: call.now,
        };
        let creating =
            app.store.transact(entropy, |records, _| clients::create(records, &app.house, &client));
        creating.await?.map_err(fault_of)?;
        call.notes.element("clientId", client.id.as_str());
        let user_pool_client = Shown::of(client, app)?;
        let issues = user_pool_client.holds_secret();
        Ok(Reply { issues, ..Reply::of(Output { user_pool_client }) })
    }
}

fn lives(input: &Input) -> Result<TokenLives, Fault> {
    let Nested(units) = &input.token_validity_units;
    let life = |amount: Option<u32>, unit: Option<TimeUnit>| TokenLife { amount, unit };
    let lives = TokenLives::new(
        life(input.id_token_validity, units.id_token),
        life(input.access_token_validity, units.access_token),
        // AWS takes zero for its default.
        life(input.refresh_token_validity.filter(|amount| *amount > 0), units.refresh_token),
    );
    lives.map_err(|NotALife| Common::BadMember("Invalid range for token validity.".to_owned()).into())
}

fn writable(asked: Vec<String>) -> Result<WriteAttributes, Fault> {
    let bad = |_| Common::BadMember("Invalid write attributes specified while creating a client".to_owned());
    Ok(WriteAttributes::try_from(asked).map_err(bad)?)
}

/// The flows that are asked for; none is AWS's default.
fn flows(asked: &[String]) -> Result<Option<Vec<AuthFlow>>, Fault> {
    let mut flows = Vec::new();
    for name in asked {
        let flow: StrDeserializer<'_, Error> = name.as_str().into_deserializer();
        let flow = AuthFlow::deserialize(flow)
            .map_err(|_| Common::BadMember(format!("the flow {name} is not served yet")))?;
        if !flows.contains(&flow) {
            flows.push(flow);
        }
    }
    Ok(Some(flows).filter(|flows| !flows.is_empty()))
}
