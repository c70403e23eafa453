//! ListAccountAliases: the other names of the account. Nobody can give it one, so it has none.

use super::paging::Asked;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListAccountAliases;

/// Which page of names.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    marker: Option<String>,
    max_items: Option<usize>,
}

/// No names.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    account_aliases: [(); 0],
    is_truncated: bool,
}

impl Operation for ListAccountAliases {
    const NAME: &'static str = "ListAccountAliases";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "iam:ListAccountAliases", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(_: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        Asked::of(input.marker.as_deref(), input.max_items)?;
        Ok(Reply::of(Output { account_aliases: [], is_truncated: false }))
    }
}
