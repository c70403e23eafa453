//! GetPrincipalTagAttributeMap: which claims of a provider's logins become tags of sessions.

use super::principal_tags::Shown;
use super::{fault_of, on_pool};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::principal_tags;
use domain::identity_pool::pool::IdentityPoolId;
use serde::Deserialize;

/// The operation.
pub struct GetPrincipalTagAttributeMap;

/// Which pool and provider.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    identity_provider_name: String,
}

impl Operation for GetPrincipalTagAttributeMap {
    const NAME: &'static str = "GetPrincipalTagAttributeMap";
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-identity:GetPrincipalTagAttributeMap", &input.identity_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        let Input { identity_pool_id: pool, identity_provider_name: provider } = input;
        let finding = app
            .store
            .transact(app.entropy.as_ref(), |records, _| principal_tags::find(records, &pool, &provider));
        let map = finding.await?.map_err(fault_of)?;
        Ok(Reply::of(Shown::of(pool, provider, map)))
    }
}
