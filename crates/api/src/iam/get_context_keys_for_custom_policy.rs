//! GetContextKeysForCustomPolicy: the condition keys that policies which are given look at.

use super::faults::of_simulation;
use super::simulation::Keys;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use broker::iam::simulation::Gathered;
use serde::Deserialize;

/// The operation.
pub struct GetContextKeysForCustomPolicy;

/// The policies.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_input_list: Vec<String>,
}

impl Operation for GetContextKeysForCustomPolicy {
    const NAME: &'static str = "GetContextKeysForCustomPolicy";
    type Input = Input;
    type Output = Keys;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        let action = "iam:GetContextKeysForCustomPolicy";
        Ok(Permission { action, resource: Resource::All, keys: Vec::new() })
    }

    async fn run(_: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Keys>, Fault> {
        let context_key_names = Gathered::nothing().keys(input.policy_input_list).map_err(of_simulation)?;
        Ok(Reply::of(Keys { context_key_names }))
    }
}
