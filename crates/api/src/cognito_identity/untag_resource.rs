//! UntagResource: takes tags off a pool, by their keys.

use super::{fault_of, named};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::{Key, Resource};
use broker::identity_pool::pools;
use domain::arn::IdentityPoolArn;
use domain::tag::TagKeys;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct UntagResource;

/// What must be allowed to whoever takes tags off a pool.
pub(super) const ACTION: &str = "cognito-identity:UntagResource";

/// Which pool, and the keys of which tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: IdentityPoolArn,
    tag_keys: TagKeys,
}

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for UntagResource {
    const NAME: &'static str = "UntagResource";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let resource = Resource::IdentityPoolNamed(input.resource_arn.clone());
        Ok(Permission {
            action: ACTION,
            resource,
            keys: Key::of_tag_keys(input.tag_keys.iter()).into_iter().collect(),
        })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { resource_arn: arn, tag_keys } = input;
        call.notes.parameter("resourceArn", arn.to_string());
        let pool = named(app, &arn)?;
        let untagging =
            app.store.transact(app.entropy.as_ref(), |records, _| pools::untag(records, pool, &tag_keys));
        untagging.await?.map_err(fault_of)?;
        Ok(Reply::of(Output {}))
    }
}
