//! GetSessionToken: temporary credentials of whoever holds a long-term access key. It needs no permission.

use super::faults;
use super::issued::Credentials;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Identified, Operation, Reply};
use broker::iam::authenticate::Caller;
use broker::iam::long_term::session_token;
use domain::time::Span;
use serde::{Deserialize, Serialize};

/// A session lives this long if nobody says how long.
pub(super) const LIFE: Span = Span::from_hours(12);

/// The operation.
pub struct GetSessionToken;

/// How long the session shall live, and a second factor.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    duration_seconds: Option<u32>,
    serial_number: Option<String>,
    token_code: Option<String>,
}

/// The credentials.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    credentials: Credentials,
}

impl Operation for GetSessionToken {
    const NAME: &'static str = "GetSessionToken";
    type Input = Input;
    type Output = Output;
    type Access = Identified;

    fn permission(_: &Input) -> Result<(), Fault> {
        Ok(())
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        caller: Caller,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        let life = input.duration_seconds.map_or(LIFE, Span::from_secs);
        let granting = app.store.transact(app.entropy.as_ref(), |records, _| {
            session_token(records, &app.house, &caller, life, call.now)
        });
        let grant =
            granting.await?.map_err(|no| faults::of_long_term(no, caller.arn(&app.house.account.id)))?;
        faults::second_factor(input.serial_number.as_ref(), input.token_code.as_ref())?;
        let issued = call.notes.issue(app, &grant)?;
        Ok(Reply::issuing(Output { credentials: Credentials::of(&issued) }))
    }
}
