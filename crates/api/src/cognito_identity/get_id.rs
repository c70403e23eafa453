//! GetId: the identity of somebody, made if need be.

use super::{fault_of, logins};
use crate::app::App;
use crate::fault::{Common, Fault, Said};
use crate::operation::{Call, Operation, Public, Reply};
use broker::identity_pool::get_id;
use broker::identity_pool::issuers::Asked;
use broker::identity_pool::linking::Met;
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetId;

/// Which pool is asked, and by whom.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    account_id: Option<String>,
    identity_pool_id: IdentityPoolId,
    #[serde(default)]
    logins: logins::Logins,
}

/// The identity.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    identity_id: IdentityId,
}

impl Operation for GetId {
    const NAME: &'static str = "GetId";
    type Input = Input;
    type Output = Output;
    type Access = Public;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(app: &App, call: &mut Call<'_>, (): (), input: Input) -> Result<Reply<Output>, Fault> {
        let pool = input.identity_pool_id;
        call.notes.parameter("identityPoolId", pool.as_str());
        if input.account_id.is_some_and(|account| account != app.house.account.id.as_str()) {
            return Err(Common::BadMember("AccountId is not this server's account".to_owned()).into());
        }
        let proven = logins::prove(app, call, Asked::Pool(pool.clone()), &input.logins).await?;
        if proven.is_empty() {
            // A flood is not put on record for good: that would fill the disk in its place.
            let too_many =
                |_| Said::too_many_requests("too many guests were made from this network or in this pool");
            app.guests.one_more(call.circumstances.source_ip, &pool, call.now).map_err(too_many)?;
        }
        let getting = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            get_id::get_id(records, &app.house, (&pool, &proven), call.now, entropy)
        });
        let Met { identity, change } = getting.await?.map_err(fault_of)?;
        let reason = if proven.is_empty() { "the pool welcomes guests" } else { "the logins were proven" };
        call.notes.detail("reason", reason);
        call.notes.change(&change);
        let identity_id = identity.id;
        call.notes.element("identityId", identity_id.as_str());
        Ok(Reply::of(Output { identity_id }))
    }
}
