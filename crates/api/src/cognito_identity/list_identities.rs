//! ListIdentities: the identities of a pool, page by page.

use super::identity::Shown;
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use crate::page;
use broker::identity_pool::identities;
use domain::identity_pool::identity::{IdentityId, Standing};
use domain::identity_pool::pool::IdentityPoolId;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListIdentities;

/// Which pool, and which page of its identities.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    max_results: usize,
    next_token: Option<String>,
    hide_disabled: Option<bool>,
}

/// A page of identities.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    identity_pool_id: IdentityPoolId,
    identities: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

impl Operation for ListIdentities {
    const NAME: &'static str = "ListIdentities";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-identity:ListIdentities", &input.identity_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { identity_pool_id, max_results, next_token, hide_disabled } = input;
        let after = page::after::<IdentityId>(next_token.as_deref())?;
        let listing = app.store.transact(app.entropy.as_ref(), |records, _| {
            identities::list(records, &identity_pool_id, after.as_ref(), max_results)
        });
        let mut found = listing.await?.map_err(fault_of)?;
        let next_token = page::cut(&mut found, max_results, |identity| identity.id.to_string());
        // A page goes on where it would without hiding: it may be short, or empty, and have another after it.
        found.retain(|one| hide_disabled != Some(true) || one.standing != Standing::Disabled);
        let identities = found.into_iter().map(Shown::from).collect();
        Ok(Reply::of(Output { identity_pool_id, identities, next_token }))
    }
}
