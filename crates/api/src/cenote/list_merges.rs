//! ListMerges: the journal of a pool: which identities were merged into which others, when and why.

use super::identity::ShownLogin;
use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use crate::page;
use broker::identity_pool::merges;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::merge::{Merge, MergeCause};
use domain::identity_pool::pool::IdentityPoolId;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListMerges;

/// Which pool, and which page of its journal.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    max_results: usize,
    next_token: Option<String>,
}

/// A page of the journal, in the order of time.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    merges: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    survivor: IdentityId,
    disabled: IdentityId,
    cause: &'static str,
    logins: Vec<ShownLogin>,
    at: Timestamp,
}

impl From<Merge> for Shown {
    fn from(merge: Merge) -> Self {
        Self {
            survivor: merge.survivor,
            disabled: merge.disabled,
            cause: match merge.cause {
                MergeCause::GuestSignedIn => "GuestSignedIn",
                MergeCause::LoginsMet => "LoginsMet",
                MergeCause::UsersMerged => "UsersMerged",
            },
            logins: merge.logins.into_iter().map(ShownLogin::from).collect(),
            at: merge.at,
        }
    }
}

impl Operation for ListMerges {
    const NAME: &'static str = "ListMerges";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:ListMerges", &input.identity_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { identity_pool_id: pool, max_results, next_token } = input;
        let after = page::after::<IdentityId>(next_token.as_deref())?;
        let listing = app.store.transact(app.entropy.as_ref(), |records, _| {
            merges::list(records, &pool, after.as_ref(), max_results)
        });
        let mut found = listing.await?.map_err(fault_of)?;
        let next_token = page::cut(&mut found, max_results, |merge| merge.disabled.to_string());
        Ok(Reply::of(Output { merges: found.into_iter().map(Shown::from).collect(), next_token }))
    }
}
