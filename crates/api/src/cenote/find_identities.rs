//! FindIdentities: identities of a pool by what they are, when they were made, and when they were used.

use super::filter::{Fate, Filter, Page, find};
use super::identity::Shown;
use super::to_pool;
use crate::app::App;
use crate::fault::Fault;
use crate::members::Nested;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use domain::identity_pool::pool::IdentityPoolId;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct FindIdentities;

/// Which pool, and which page of what is looked for in it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    #[serde(default)]
    filter: Nested<Filter>,
    max_results: usize,
    next_token: Option<String>,
}

/// A page of identities. It may be short, or empty, and yet not the last.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    identities: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for FindIdentities {
    const NAME: &'static str = "FindIdentities";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:FindIdentities", &input.identity_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { identity_pool_id: pool, filter: Nested(filter), max_results, next_token } = input;
        let page = Page { most: max_results, next_token: next_token.as_deref() };
        let (found, next_token) = find(app, &pool, &filter.wanted(app), page, Fate::Told).await?;
        Ok(Reply::of(Output { identities: found.into_iter().map(Shown::from).collect(), next_token }))
    }
}
