//! PurgeIdentities: forgets the identities of a pool that are so and so, or only tells which they are.

use super::filter::{Fate, Filter, Ids, Page, find};
use super::to_pool;
use super::words::unprocessable;
use crate::app::App;
use crate::fault::Fault;
use crate::members::Nested;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::search::Wanted;
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct PurgeIdentities;

/// Which pool, what the identities must be, how many at a time, and whether they shall only be told.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    filter: Nested<Filter>,
    preview: bool,
    max_results: usize,
    next_token: Option<String>,
}

impl Operation for PurgeIdentities {
    const NAME: &'static str = "PurgeIdentities";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Ids;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:PurgeIdentities", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Ids>, Fault> {
        let Input { identity_pool_id: pool, filter: Nested(filter), preview, max_results, next_token } =
            input;
        call.notes.parameter("identityPoolId", pool.as_str());
        call.notes.parameter("preview", preview);
        call.notes.parameter("filter", filter.noted());
        let wanted = filter.wanted(app);
        if wanted == Wanted::default() {
            let everybody = "the filter says nothing; to forget everybody, delete the pool";
            return Err(unprocessable(everybody).into());
        }
        let (page, fate) =
            (Page { most: max_results, next_token: next_token.as_deref() }, Fate::of(preview, call.now));
        let found = find(app, &pool, &wanted, page, fate).await?;
        Ok(Reply::of(Ids::of(call, found, fate)))
    }
}
