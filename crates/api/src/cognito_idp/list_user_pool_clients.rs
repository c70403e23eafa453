//! ListUserPoolClients: the clients of a pool, page by page.

use super::client::Listed;
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use crate::page;
use broker::user_pool::clients;
use domain::user_pool::pool::UserPoolId;
use serde::{Deserialize, Serialize};

/// How many clients a page has if the caller does not say.
const PAGE: usize = 60;

/// The operation.
pub struct ListUserPoolClients;

/// Of which pool, and which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_pool_id: UserPoolId,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// A page of clients.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_pool_clients: Vec<Listed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for ListUserPoolClients {
    const NAME: &'static str = "ListUserPoolClients";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-idp:ListUserPoolClients", &input.user_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let after = page::after(input.next_token.as_deref())?;
        let limit = input.max_results.unwrap_or(PAGE);
        let listing = app.store.transact(app.entropy.as_ref(), |records, _| {
            clients::list(records, &input.user_pool_id, after.as_ref(), limit)
        });
        let mut found = listing.await?.map_err(fault_of)?;
        let next_token = page::cut(&mut found, limit, |client| client.id.to_string());
        Ok(Reply::of(Output { user_pool_clients: found.into_iter().map(Listed::of).collect(), next_token }))
    }
}
