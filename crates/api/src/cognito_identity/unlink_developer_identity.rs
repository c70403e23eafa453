//! UnlinkDeveloperIdentity: takes a user of a pool's own backend from an identity.

use super::developer::about_user;
use super::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::developer::unlink;
use domain::identity_pool::developer::{DeveloperUser, DeveloperUserIdentifier};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::provider::DeveloperProviderName;
use serde::Deserialize;

/// The operation.
pub struct UnlinkDeveloperIdentity;

/// Which user of which identity.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_id: IdentityId,
    identity_pool_id: IdentityPoolId,
    developer_provider_name: DeveloperProviderName,
    developer_user_identifier: DeveloperUserIdentifier,
}

impl Operation for UnlinkDeveloperIdentity {
    const NAME: &'static str = "UnlinkDeveloperIdentity";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let Input { identity_pool_id: pool, developer_user_identifier: user, .. } = input;
        Ok(about_user("cognito-identity:UnlinkDeveloperIdentity", pool, Some(user)))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { identity_id: id, identity_pool_id: pool, .. } = input;
        let user =
            DeveloperUser { provider: input.developer_provider_name, user: input.developer_user_identifier };
        call.notes.parameter("identityPoolId", pool.as_str());
        call.notes.parameter("identityId", id.as_str());
        call.notes.parameter("developerUserIdentifier", user.user.as_str());
        let unlinking = app
            .store
            .transact(app.entropy.as_ref(), |records, _| unlink(records, &pool, (&id, &user), call.now));
        call.notes.unlinked(&unlinking.await?.map_err(fault_of)?);
        Ok(Reply::of(()))
    }
}
