//! DeleteUserPoolClient: deletes a client of a pool.

use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::user_pool::clients;
use domain::user_pool::client::ClientId;
use domain::user_pool::pool::UserPoolId;
use serde::Deserialize;

/// The operation.
pub struct DeleteUserPoolClient;

/// Which client.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
    client_id: ClientId,
}

impl Operation for DeleteUserPoolClient {
    const NAME: &'static str = "DeleteUserPoolClient";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:DeleteUserPoolClient", &input.user_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        call.notes.parameter("clientId", input.client_id.as_str());
        let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
            clients::delete(records, &input.user_pool_id, &input.client_id)
        });
        deleting.await?.map_err(fault_of)?;
        Ok(Reply::of(()))
    }
}
