//! GetOpenIDConnectProvider: a provider of OpenID Connect.

use super::faults::of_openid;
use super::given::Tag;
use super::on_openid_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::openid_providers;
use domain::iam::provider::{Issuer, OpenIdClientId, Thumbprint};
use domain::identity_pool::provider::OpenIdProviderArn;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetOpenIDConnectProvider;

/// Which provider.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: OpenIdProviderArn,
}

/// The provider.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    url: Issuer,
    #[serde(rename = "ClientIDList")]
    clients: Vec<OpenIdClientId>,
    #[serde(rename = "ThumbprintList")]
    thumbprints: Vec<Thumbprint>,
    create_date: Timestamp,
    tags: Vec<Tag>,
}

impl Operation for GetOpenIDConnectProvider {
    const NAME: &'static str = "GetOpenIDConnectProvider";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_openid_provider("iam:GetOpenIDConnectProvider", &input.arn))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            openid_providers::find(records, &app.house.account.id, &input.arn)
        });
        let provider = finding.await?.map_err(of_openid)?;
        let tags = Tag::all(&provider.tags);
        Ok(Reply::of(Output {
            url: provider.issuer,
            clients: provider.clients,
            thumbprints: provider.thumbprints,
            create_date: provider.created,
            tags,
        }))
    }
}
