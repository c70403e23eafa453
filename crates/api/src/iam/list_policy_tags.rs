//! ListPolicyTags: the tags of a managed policy, page by page.

use super::faults::of_policy;
use super::given::{GivenArn, Tag};
use super::on_policy;
use super::paging::Asked;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListPolicyTags;

/// Which policy, and which page of its tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of tags.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Vec<Tag>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListPolicyTags {
    const NAME: &'static str = "ListPolicyTags";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_policy("iam:ListPolicyTags", input.policy_arn.policy()?))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let arn = input.policy_arn.policy()?;
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding =
            app.store.transact(app.entropy.as_ref(), |records, _| managed_policies::find(records, arn));
        let (tags, marker) = asked.page_of_tags(&finding.await?.map_err(of_policy)?.tags);
        Ok(Reply::of(Output { tags, is_truncated: marker.is_some(), marker }))
    }
}
