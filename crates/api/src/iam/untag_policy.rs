//! UntagPolicy: takes tags off a managed policy, by their keys.

use super::faults::of_policy;
use super::given::GivenArn;
use super::on_policy;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::managed_policies;
use broker::iam::resource::Key;
use domain::tag::TagKeys;
use serde::Deserialize;

/// The operation.
pub struct UntagPolicy;

/// Which policy, and the keys of which tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    policy_arn: GivenArn,
    tag_keys: TagKeys,
}

impl Operation for UntagPolicy {
    const NAME: &'static str = "UntagPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tag_keys(input.tag_keys.iter()).into_iter().collect();
        Ok(Permission { keys, ..on_policy("iam:UntagPolicy", input.policy_arn.policy()?) })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let (arn, keys) = (input.policy_arn.policy()?, &input.tag_keys);
        let untagging = app
            .store
            .transact(app.entropy.as_ref(), |records, _| managed_policies::untag(records, arn, keys));
        untagging.await?.map_err(of_policy)?;
        Ok(Reply::of(()))
    }
}
