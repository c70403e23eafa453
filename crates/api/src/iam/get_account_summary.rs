//! GetAccountSummary: how many of everything there are, and how many there can be.

use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use broker::iam::summary;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The operation.
pub struct GetAccountSummary;

/// Nothing is asked for in particular.
#[derive(Deserialize)]
pub struct Input {}

/// The numbers by name.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    summary_map: BTreeMap<&'static str, usize>,
}

impl Operation for GetAccountSummary {
    const NAME: &'static str = "GetAccountSummary";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "iam:GetAccountSummary", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, _: Input) -> Result<Reply<Output>, Fault> {
        let summary_map = app.read(|records| summary::of(records)).await?;
        Ok(Reply::of(Output { summary_map }))
    }
}
