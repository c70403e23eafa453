//! ListUserPools: user pools, page by page.

use super::on_all;
use super::pool::Listed;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use crate::page;
use broker::user_pool::pools;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListUserPools;

/// Which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    max_results: usize,
    next_token: Option<String>,
}

/// A page of pools.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_pools: Vec<Listed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for ListUserPools {
    const NAME: &'static str = "ListUserPools";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(on_all("cognito-idp:ListUserPools"))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let after = page::after(input.next_token.as_deref())?;
        let mut found = app.read(|records| pools::list(records, after.as_ref(), input.max_results)).await?;
        let next_token = page::cut(&mut found, input.max_results, |pool| pool.id.to_string());
        Ok(Reply::of(Output { user_pools: found.into_iter().map(Listed::of).collect(), next_token }))
    }
}
