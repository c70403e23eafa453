//! CreatePolicyVersion: adds a version to a managed policy.

use super::faults::of_policy;
use super::given::GivenArn;
use super::on_policy;
use super::policy::ShownVersion;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings;
use broker::iam::{lint, managed_policies};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct CreatePolicyVersion;

/// Which policy, the text of the version, and whether it counts at once.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
    policy_document: String,
    #[serde(default)]
    set_as_default: bool,
}

/// The version as it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    policy_version: ShownVersion,
}

impl Operation for CreatePolicyVersion {
    const NAME: &'static str = "CreatePolicyVersion";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_policy("iam:CreatePolicyVersion", input.policy_arn.policy()?))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let (arn, text, counts) =
            (input.policy_arn.policy()?, input.policy_document.as_str(), input.set_as_default);
        call.notes.policy("policyDocument", text);
        call.notes.parameter("setAsDefault", counts);
        let adding = app.store.transact(app.entropy.as_ref(), |records, _| {
            managed_policies::add_version(records, &app.house, (arn, text), counts, call.now)
        });
        let policy_version = ShownVersion::of(&adding.await?.map_err(of_policy)?, counts);
        warnings::warn(call, lint::of_managed_policy(arn, text));
        Ok(Reply::of(Output { policy_version }))
    }
}
