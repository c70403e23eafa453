//! TagPolicy: writes tags on a managed policy, in the place of those that have their keys.

use super::faults::of_policy;
use super::given::{GivenArn, GivenTags};
use super::on_policy;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use broker::iam::resource::Key;
use serde::Deserialize;

/// The operation.
pub struct TagPolicy;

/// Which policy, and which tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
    tags: GivenTags,
}

impl Operation for TagPolicy {
    const NAME: &'static str = "TagPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tags(input.tags.tags()?);
        Ok(Permission { keys, ..on_policy("iam:TagPolicy", input.policy_arn.policy()?) })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let (arn, tags) = (input.policy_arn.policy()?, input.tags.tags()?);
        let tagging =
            app.store.transact(app.entropy.as_ref(), |records, _| managed_policies::tag(records, arn, tags));
        tagging.await?.map_err(of_policy)?;
        Ok(Reply::of(()))
    }
}
