//! DescribeUserPoolClient: a client's settings, and its secret.

use super::client::Shown;
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::user_pool::clients;
use domain::user_pool::client::ClientId;
use domain::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct DescribeUserPoolClient;

/// Which client.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
    client_id: ClientId,
}

/// The client.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_pool_client: Shown,
}

impl Operation for DescribeUserPoolClient {
    const NAME: &'static str = "DescribeUserPoolClient";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:DescribeUserPoolClient", &input.user_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            clients::find(records, &input.user_pool_id, &input.client_id)
        });
        let client = finding.await?.map_err(fault_of)?;
        call.notes.parameter("clientId", client.id.as_str());
        let user_pool_client = Shown::of(client, app)?;
        let issues = user_pool_client.holds_secret();
        Ok(Reply { issues, ..Reply::of(Output { user_pool_client }) })
    }
}
