//! ResolveIdentity: the identity that goes on in the place of one that was merged, through however many merges.

use super::identity::Shown;
use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::merges;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct ResolveIdentity;

/// Which identity of which pool; one that was never merged goes on itself.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    identity_id: IdentityId,
}

impl Operation for ResolveIdentity {
    const NAME: &'static str = "ResolveIdentity";
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:ResolveIdentity", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        let Input { identity_pool_id: pool, identity_id: id } = input;
        call.notes.parameter("identityId", id.as_str());
        let resolving =
            app.store.transact(app.entropy.as_ref(), |records, _| merges::resolve(records, &pool, &id));
        Ok(Reply::of(resolving.await?.map_err(fault_of)?.into()))
    }
}
