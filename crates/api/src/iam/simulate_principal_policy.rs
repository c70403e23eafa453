//! SimulatePrincipalPolicy: what the policies of a user, a group or a role would say to requests, with others that are given.

use super::faults::of_simulation;
use super::paging::Asked;
use super::simulation::{GivenEntry, Output, decided, entries, on_principal};
use crate::app::App;
use crate::fault::Fault;
use crate::members::Nested;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::simulation::{Gathered, Given, PrincipalArn, Simulation};
use serde::Deserialize;

/// The operation.
pub struct SimulatePrincipalPolicy;

/// Whose policies, others beside them, the requests, and which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_source_arn: String,
    #[serde(default)]
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

impl Operation for SimulatePrincipalPolicy {
    const NAME: &'static str = "SimulatePrincipalPolicy";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        on_principal("iam:SimulatePrincipalPolicy", &input.policy_source_arn)
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let principal = PrincipalArn::parse(&input.policy_source_arn).map_err(of_simulation)?;
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
        let gathering = app.store.transact(app.entropy.as_ref(), |records, _| {
            Gathered::of(records, &app.house, &principal, by.authorized.resource())
        });
        let gathered = gathering.await?.map_err(of_simulation)?;
        let simulation = Simulation::over(&app.house, gathered, given).map_err(of_simulation)?;
        Ok(Reply::of(decided(simulation, asked).await?))
    }
}
