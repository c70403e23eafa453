//! SimulateCustomPolicy: what policies that are given would say to requests.

use super::faults::of_simulation;
use super::paging::Asked;
use super::simulation::{GivenEntry, Output, decided, entries};
use crate::app::App;
use crate::fault::Fault;
use crate::members::Nested;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use broker::iam::simulation::{Gathered, Given, Simulation};
use serde::Deserialize;

/// The operation.
pub struct SimulateCustomPolicy;

/// The policies, the requests, and which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_input_list: Vec<String>,
    #[serde(default)]
    permissions_boundary_policy_input_list: Vec<String>,
    action_names: Vec<String>,
    #[serde(default)]
    resource_arns: Vec<String>,
    resource_policy: Option<String>,
    resource_owner: Option<String>,
    caller_arn: Option<String>,
    #[serde(default)]
    context_entries: Vec<Nested<GivenEntry>>,
    marker: Option<String>,
    max_items: Option<usize>,
}

impl Operation for SimulateCustomPolicy {
    const NAME: &'static str = "SimulateCustomPolicy";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "iam:SimulateCustomPolicy", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let given = Given {
            policies: input.policy_input_list,
            boundaries: input.permissions_boundary_policy_input_list,
            resource_policy: input.resource_policy,
            resource_owner: input.resource_owner,
            caller: input.caller_arn,
            entries: entries(input.context_entries),
            actions: input.action_names,
            resources: input.resource_arns,
        };
        let simulation = Simulation::over(&app.house, Gathered::nothing(), given).map_err(of_simulation)?;
        Ok(Reply::of(decided(simulation, asked).await?))
    }
}
