//! ListOpenIDConnectProviders: the names of all providers of OpenID Connect.

use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use domain::iam::provider::MOST;
use domain::identity_pool::provider::OpenIdProviderArn;
use domain::records::LoginProviders;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListOpenIDConnectProviders;

/// Nothing.
#[derive(Deserialize)]
pub struct Input {}

/// The providers.
#[derive(Serialize)]
pub struct Output {
    #[serde(rename = "OpenIDConnectProviderList")]
    providers: Vec<Listed>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    arn: OpenIdProviderArn,
}

impl Operation for ListOpenIDConnectProviders {
    const NAME: &'static str = "ListOpenIDConnectProviders";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "iam:ListOpenIDConnectProviders", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, _: Input) -> Result<Reply<Output>, Fault> {
        let found = app.read(|records| records.openid_providers(MOST)).await?;
        let account = &app.house.account.id;
        let providers = found.iter().map(|provider| Listed { arn: provider.arn(account) }).collect();
        Ok(Reply::of(Output { providers }))
    }
}
