//! RemoveClientIDFromOpenIDConnectProvider: has tokens of a client of a provider be taken no more.

use super::faults::of_openid;
use super::on_openid_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::openid_providers;
use domain::iam::provider::OpenIdClientId;
use domain::identity_pool::provider::OpenIdProviderArn;
use serde::Deserialize;

/// The operation.
pub struct RemoveClientIDFromOpenIDConnectProvider;

/// Which provider, and which client.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: OpenIdProviderArn,
    #[serde(rename = "ClientID")]
    client: OpenIdClientId,
}

impl Operation for RemoveClientIDFromOpenIDConnectProvider {
    const NAME: &'static str = "RemoveClientIDFromOpenIDConnectProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_openid_provider("iam:RemoveClientIDFromOpenIDConnectProvider", &input.arn))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let account = &app.house.account.id;
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            openid_providers::remove_client(records, account, &input.arn, &input.client)
        });
        changing.await?.map_err(of_openid)?;
        Ok(Reply::of(()))
    }
}
