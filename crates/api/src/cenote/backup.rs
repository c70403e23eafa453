//! Backup: everything that the server keeps, as it is at one moment, while it goes on serving.

use super::to;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct Backup;

/// Nothing is asked.
#[derive(Deserialize)]
pub struct Input {}

/// The answer is bytes alone.
#[derive(Serialize)]
pub struct Output {}

impl Operation for Backup {
    const NAME: &'static str = "Backup";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(to("cenote:Backup"))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, _: Input) -> Result<Reply<Output>, Fault> {
        let body = Some(app.keeper.backup(app).await?);
        // The server's keys leave with it, which is more than any credential.
        Ok(Reply { body, ..Reply::issuing(Output {}) })
    }
}
