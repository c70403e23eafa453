//! ListTagsForResource: the tags of a pool.

use super::{fault_of, named};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use broker::identity_pool::pools;
use domain::arn::IdentityPoolArn;
use domain::tag::Tags;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListTagsForResource;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    resource_arn: IdentityPoolArn,
}

/// Its tags.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Tags,
}

impl Operation for ListTagsForResource {
    const NAME: &'static str = "ListTagsForResource";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let resource = Resource::IdentityPoolNamed(input.resource_arn.clone());
        Ok(Permission { action: "cognito-identity:ListTagsForResource", resource, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let pool = named(app, &input.resource_arn)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| pools::find(records, pool));
        Ok(Reply::of(Output { tags: finding.await?.map_err(fault_of)?.tags }))
    }
}
