//! UpdateOpenIDConnectProviderThumbprint: puts thumbprints in the place of a provider's.

use super::faults::of_openid;
use super::on_openid_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::openid_providers;
use domain::iam::provider::Thumbprint;
use domain::identity_pool::provider::OpenIdProviderArn;
use serde::Deserialize;

/// The operation.
pub struct UpdateOpenIDConnectProviderThumbprint;

/// Which provider, and which thumbprints.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: OpenIdProviderArn,
    #[serde(rename = "ThumbprintList")]
    thumbprints: Vec<Thumbprint>,
}

impl Operation for UpdateOpenIDConnectProviderThumbprint {
    const NAME: &'static str = "UpdateOpenIDConnectProviderThumbprint";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_openid_provider("iam:UpdateOpenIDConnectProviderThumbprint", &input.arn))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let account = &app.house.account.id;
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            openid_providers::set_thumbprints(records, account, &input.arn, &input.thumbprints)
        });
        changing.await?.map_err(of_openid)?;
        Ok(Reply::of(()))
    }
}
