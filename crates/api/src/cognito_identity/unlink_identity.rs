//! UnlinkIdentity: takes logins from an identity, by whoever proves it.

use super::{fault_of, logins};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Public, Reply};
use broker::identity_pool::issuers::Asked;
use broker::identity_pool::unlink;
use domain::identity_pool::identity::IdentityId;
use serde::Deserialize;

/// The operation.
pub struct UnlinkIdentity;

/// Which identity, what proves it, and the providers whose logins are to go.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_id: IdentityId,
    logins: logins::Logins,
    logins_to_remove: Vec<String>,
}

impl Operation for UnlinkIdentity {
    const NAME: &'static str = "UnlinkIdentity";
    type Input = Input;
    type Output = ();
    type Access = Public;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(app: &App, call: &mut Call<'_>, (): (), input: Input) -> Result<Reply<()>, Fault> {
        let Input { identity_id, logins, logins_to_remove } = input;
        call.notes.parameter("identityId", identity_id.as_str());
        call.notes.parameter("loginsToRemove", logins_to_remove.clone());
        let proven = logins::prove(app, call, Asked::Identity(identity_id.clone()), &logins).await?;
        let unlinking = app.store.transact(app.entropy.as_ref(), |records, _| {
            unlink::unlink(records, &app.house, (&identity_id, &proven), &logins_to_remove, call.now)
        });
        let taken = unlinking.await?.map_err(fault_of)?;
        call.notes.detail("reason", "the logins were proven");
        call.notes.unlinked(&taken);
        Ok(Reply::of(()))
    }
}
