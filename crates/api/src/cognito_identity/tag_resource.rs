//! TagResource: writes tags on a pool, in the place of those that have their keys.

use super::{fault_of, named};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::{Key, Resource};
use broker::identity_pool::pools;
use domain::arn::IdentityPoolArn;
use domain::tag::Tags;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct TagResource;

/// What must be allowed to whoever writes tags on a pool.
pub(super) const ACTION: &str = "cognito-identity:TagResource";

/// Which pool, and which tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: IdentityPoolArn,
    tags: Tags,
}

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for TagResource {
    const NAME: &'static str = "TagResource";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let resource = Resource::IdentityPoolNamed(input.resource_arn.clone());
        Ok(Permission { action: ACTION, resource, keys: Key::of_tags(&input.tags) })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { resource_arn: arn, tags } = input;
        call.notes.parameter("resourceArn", arn.to_string());
        let pool = named(app, &arn)?;
        let tagging = app.store.transact(app.entropy.as_ref(), |records, _| pools::tag(records, pool, &tags));
        tagging.await?.map_err(fault_of)?;
        Ok(Reply::of(Output {}))
    }
}
