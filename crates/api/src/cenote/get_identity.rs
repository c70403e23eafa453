//! GetIdentity: an identity, and who its logins are.

use super::identity::Shown;
use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::search;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct GetIdentity;

/// Which identity of which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    identity_id: IdentityId,
}

impl Operation for GetIdentity {
    const NAME: &'static str = "GetIdentity";
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:GetIdentity", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        let Input { identity_pool_id: pool, identity_id: id } = input;
        call.notes.parameter("identityId", id.as_str());
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| search::find(records, &pool, &id));
        Ok(Reply::of(finding.await?.map_err(fault_of)?.into()))
    }
}
