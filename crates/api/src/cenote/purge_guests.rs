//! PurgeGuests: forgets the guests of a pool for whom nothing was issued for some days, or only tells which they are.

use super::filter::{Fate, Ids, Page, find};
use super::to_pool;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::search::Wanted;
use domain::identity_pool::identity::Standing;
use domain::identity_pool::pool::IdentityPoolId;
use domain::time::Span;
use serde::Deserialize;

/// The operation.
pub struct PurgeGuests;

/// Which pool, for how many days its guests must have been idle, how many at a time, and whether they shall only be told.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    idle_days: u32,
    preview: bool,
    max_results: usize,
    next_token: Option<String>,
}

impl Operation for PurgeGuests {
    const NAME: &'static str = "PurgeGuests";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Ids;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:PurgeGuests", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Ids>, Fault> {
        let Input { identity_pool_id: pool, idle_days, preview, max_results, next_token } = input;
        call.notes.parameter("identityPoolId", pool.as_str());
        call.notes.parameter("preview", preview);
        call.notes.parameter("idleDays", idle_days);
        let wanted = Wanted {
            standing: Some(Standing::Guest),
            unused_since: Some(call.now.before(Span::from_days(idle_days))),
            ..Wanted::default()
        };
        let (page, fate) =
            (Page { most: max_results, next_token: next_token.as_deref() }, Fate::of(preview, call.now));
        let found = find(app, &pool, &wanted, page, fate).await?;
        Ok(Reply::of(Ids::of(call, found, fate)))
    }
}
