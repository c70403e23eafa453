//! LiftQuarantine: issues to somebody again. What was revoked stays revoked.

use super::target::{Input, NoTarget};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::revocations::lift;
use domain::records::refuse;
use serde::Serialize;

/// The operation.
pub struct LiftQuarantine;

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for LiftQuarantine {
    const NAME: &'static str = "LiftQuarantine";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(input.permission("cenote:LiftQuarantine"))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        input.note(&mut call.notes);
        let target = input.target()?;
        let lifting = app.store.transact(app.entropy.as_ref(), |records, _| {
            let whom = target.principal(records, app)?;
            if lift(records, &whom)? {
                Ok(())
            } else {
                refuse(NoTarget::Absent(format!("{whom} is not quarantined")))
            }
        });
        lifting.await?.map_err(Fault::from)?;
        Ok(Reply::of(Output {}))
    }
}
