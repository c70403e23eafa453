//! Quarantine: revokes what was issued to somebody, and issues nothing more to them until that is lifted.

use super::target::Input;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use serde::Serialize;

/// The operation.
pub struct Quarantine;

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for Quarantine {
    const NAME: &'static str = "Quarantine";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(input.permission("cenote:Quarantine"))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        input.note(&mut call.notes);
        let (target, now) = (input.target()?, call.now);
        let doing =
            app.store.transact(app.entropy.as_ref(), |records, _| target.quarantine(records, app, now));
        doing.await?.map_err(Fault::from)?;
        Ok(Reply::of(Output {}))
    }
}
