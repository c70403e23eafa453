//! DescribeIdentity: an identity and whose logins it holds.

use super::fault_of;
use super::identity::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use broker::identity_pool::identities;
use domain::identity_pool::identity::IdentityId;
use serde::Deserialize;

/// The operation.
pub struct DescribeIdentity;

/// Which identity.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_id: IdentityId,
}

impl Operation for DescribeIdentity {
    const NAME: &'static str = "DescribeIdentity";
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let resource = Resource::Identity(input.identity_id.clone());
        Ok(Permission { action: "cognito-identity:DescribeIdentity", resource, keys: Vec::new() })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        call.notes.parameter("identityId", input.identity_id.as_str());
        let finding = app
            .store
            .transact(app.entropy.as_ref(), |records, _| identities::find(records, &input.identity_id));
        let (identity, _) = finding.await?.map_err(fault_of)?;
        Ok(Reply::of(identity.into()))
    }
}
