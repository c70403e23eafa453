//! Revoke: what was issued by, to or for somebody until now counts no more, from the moment of the answer.

use super::target::Input;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use serde::Serialize;

/// The operation.
pub struct Revoke;

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for Revoke {
    const NAME: &'static str = "Revoke";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(input.permission("cenote:Revoke"))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        input.note(&mut call.notes);
        let (target, now) = (input.target()?, call.now);
        let doing = app.store.transact(app.entropy.as_ref(), |records, _| target.revoke(records, app, now));
        doing.await?.map_err(Fault::from)?;
        Ok(Reply::of(Output {}))
    }
}
