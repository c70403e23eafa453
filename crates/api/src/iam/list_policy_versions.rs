//! ListPolicyVersions: the versions of a managed policy, the newest first, page by page.

use super::faults::of_policy;
use super::given::GivenArn;
use super::on_policy;
use super::paging::Asked;
use super::policy::ShownVersion;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use domain::iam::managed_policy::VersionId;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListPolicyVersions;

/// Which policy, and which page of its versions.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of versions.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    versions: Vec<ShownVersion>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListPolicyVersions {
    const NAME: &'static str = "ListPolicyVersions";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_policy("iam:ListPolicyVersions", input.policy_arn.policy()?))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let arn = input.policy_arn.policy()?;
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let after = asked.after_parsed(VersionId::parse)?;
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| managed_policies::find(records, arn));
        let policy = finding.await?.map_err(of_policy)?;
        let shown = policy.versions().into_iter().rev();
        let shown = shown.map(|version| ShownVersion::of(version, version.id == policy.default.id));
        let rest = shown.filter(|version| after.is_none_or(|after| version.id() < after));
        let (versions, marker) = asked.page(rest, |version| version.id().to_string());
        Ok(Reply::of(Output { versions, is_truncated: marker.is_some(), marker }))
    }
}
