//! StopIssuance: nobody gets credentials, or tokens for them, until it is resumed. What was issued lives on.

use super::to;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::revocations;
use domain::records::Stop;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// The operation.
pub struct StopIssuance;

/// Nothing is asked.
#[derive(Deserialize)]
pub struct Input {}

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for StopIssuance {
    const NAME: &'static str = "StopIssuance";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(to("cenote:StopIssuance"))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, _: Input) -> Result<Reply<Output>, Fault> {
        let doing = app.store.transact(app.entropy.as_ref(), |records, _| {
            revocations::stop(records, call.now).map_err(Stop::<Infallible>::from)
        });
        let Ok(()) = doing.await?;
        Ok(Reply::of(Output {}))
    }
}
