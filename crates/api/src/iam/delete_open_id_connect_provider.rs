//! DeleteOpenIDConnectProvider: forgets a provider of OpenID Connect; one that is not there is forgotten already.

use super::faults::of_openid;
use super::on_openid_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::openid_providers;
use domain::identity_pool::provider::OpenIdProviderArn;
use serde::Deserialize;

/// The operation.
pub struct DeleteOpenIDConnectProvider;

/// Which provider.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: OpenIdProviderArn,
}

impl Operation for DeleteOpenIDConnectProvider {
    const NAME: &'static str = "DeleteOpenIDConnectProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_openid_provider("iam:DeleteOpenIDConnectProvider", &input.arn))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let account = &app.house.account.id;
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            openid_providers::delete(records, account, &input.arn)
        });
        changing.await?.map_err(of_openid)?;
        Ok(Reply::of(()))
    }
}
