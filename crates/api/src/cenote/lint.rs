//! Lint: what there is to change in the policies of roles, users, groups, pools and buckets, and in managed
//! policies.

use super::to;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use crate::page;
use broker::iam::lint::{self, After, Found};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// The operation.
pub struct Lint;

/// Which page of what is looked through.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    max_results: usize,
    next_token: Option<String>,
}

/// What was found. There may be nothing on a page, and yet it is not the last.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    findings: Vec<Shown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Shown {
    place: String,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<usize>,
    advice: String,
}

impl From<Found> for Shown {
    fn from(Found { place, code, statement, advice }: Found) -> Self {
        Self { place, code, statement, advice }
    }
}

impl Operation for Lint {
    const NAME: &'static str = "Lint";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(to("cenote:Lint"))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { max_results, next_token } = input;
        let after = page::after(next_token.as_deref())?.unwrap_or(After::Role(None));
        let looking = app.store.transact::<_, Infallible>(app.entropy.as_ref(), |records, _| {
            Ok(lint::page(records, &app.house, &after, max_results)?)
        });
        let (found, next) = match looking.await? {
            Ok(looked) => looked,
            Err(never) => match never {},
        };
        let next_token = next.map(|after| page::token_after(&after.to_string()));
        Ok(Reply::of(Output { findings: found.into_iter().map(Shown::from).collect(), next_token }))
    }
}
