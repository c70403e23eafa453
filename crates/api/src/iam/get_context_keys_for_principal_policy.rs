//! GetContextKeysForPrincipalPolicy: the condition keys that the policies of a user, a group or a role look at.

use super::faults::of_simulation;
use super::simulation::{Keys, on_principal};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::simulation::{Gathered, PrincipalArn};
use serde::Deserialize;

/// The operation.
pub struct GetContextKeysForPrincipalPolicy;

/// Whose policies, and others beside them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_source_arn: String,
    #[serde(default)]
    policy_input_list: Vec<String>,
}

impl Operation for GetContextKeysForPrincipalPolicy {
    const NAME: &'static str = "GetContextKeysForPrincipalPolicy";
    type Input = Input;
    type Output = Keys;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        on_principal("iam:GetContextKeysForPrincipalPolicy", &input.policy_source_arn)
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Keys>, Fault> {
        let principal = PrincipalArn::parse(&input.policy_source_arn).map_err(of_simulation)?;
        let gathering = app.store.transact(app.entropy.as_ref(), |records, _| {
            Gathered::of(records, &app.house, &principal, by.authorized.resource())
        });
        let gathered = gathering.await?.map_err(of_simulation)?;
        let context_key_names = gathered.keys(input.policy_input_list).map_err(of_simulation)?;
        Ok(Reply::of(Keys { context_key_names }))
    }
}
