//! GetObject: an object's bytes, or a part of them.

use super::stored::{self, Input, Output};
use crate::app::App;
use crate::body::of_content;
use crate::by_policy::{ByPolicy, LetIn};
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply};
use crate::s3::LOOKS;

/// The operation.
pub struct GetObject;

impl Operation for GetObject {
    const NAME: &'static str = "GetObject";
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
        let mut found = stored::find(app, call, &caller, &input).await?;
        for _ in 0..LOOKS {
            if let Some(content) = app.contents.read(&found.object.content, found.range.clone()).await? {
                let length = found.range.end - found.range.start;
                let is_partial = found.is_partial();
                let body = Some(of_content(content, length));
                return Ok(Reply { output: found.output, body, is_partial, issues: false });
            }
            found = stored::find(app, call, &caller, &input).await?;
        }
        Err(stored::content_is_missing(&found.object))
    }
}
