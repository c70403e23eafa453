//! LookupIdentity: the identity that holds a login, by who somebody is at a provider. Nothing is made.

use super::identity::Shown;
use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::search;
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct LookupIdentity;

/// Which pool, and whose login: a public provider's, or the pool's own backend's.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    provider: String,
    subject: String,
}

impl Operation for LookupIdentity {
    const NAME: &'static str = "LookupIdentity";
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:LookupIdentity", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        let Input { identity_pool_id: pool, provider, subject } = input;
        call.notes.parameter("identityPoolId", pool.as_str());
        call.notes.parameter("provider", provider.as_str());
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            search::lookup(records, &app.house, &pool, (&provider, &subject))
        });
        let identity = finding.await?.map_err(fault_of)?;
        call.notes.element("identityId", identity.id.as_str());
        Ok(Reply::of(identity.into()))
    }
}
