//! ListIdentityPools: pools by id and name, page by page.

use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use crate::page;
use broker::iam::resource::Resource;
use broker::identity_pool::pools;
use domain::identity_pool::pool::{IdentityPool, IdentityPoolId, IdentityPoolName};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListIdentityPools;

/// Which page.
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
    identity_pools: Vec<Short>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Short {
    identity_pool_id: IdentityPoolId,
    identity_pool_name: IdentityPoolName,
}

impl Operation for ListIdentityPools {
    const NAME: &'static str = "ListIdentityPools";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        let action = "cognito-identity:ListIdentityPools";
        Ok(Permission { action, resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let after = page::after::<IdentityPoolId>(input.next_token.as_deref())?;
        let mut found = app.read(|records| pools::list(records, after.as_ref(), input.max_results)).await?;
        let next_token = page::cut(&mut found, input.max_results, |pool| pool.id.to_string());
        let short = |pool: IdentityPool| Short { identity_pool_id: pool.id, identity_pool_name: pool.name };
        Ok(Reply::of(Output { identity_pools: found.into_iter().map(short).collect(), next_token }))
    }
}
