//! HeadObject: what GetObject would answer, without the bytes.

use super::stored::{self, Input, Output};
use crate::app::App;
use crate::by_policy::{ByPolicy, LetIn};
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply};

/// The operation.
pub struct HeadObject;

impl Operation for HeadObject {
    const NAME: &'static str = "HeadObject";
    type Input = Input;
    type Output = Output;
    type Access = ByPolicy;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(input.permission())
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        caller: LetIn,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        let found = stored::find(app, call, &caller, &input).await?;
        let is_partial = found.is_partial();
        Ok(Reply { output: found.output, body: None, is_partial, issues: false })
    }
}
