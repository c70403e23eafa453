//! ListSAMLProviders: all SAML providers.

use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use domain::iam::provider::MOST;
use domain::identity_pool::provider::SamlProviderArn;
use domain::records::LoginProviders;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListSAMLProviders;

/// Nothing.
#[derive(Deserialize)]
pub struct Input {}

/// The providers.
#[derive(Serialize)]
pub struct Output {
    #[serde(rename = "SAMLProviderList")]
    providers: Vec<Listed>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    arn: SamlProviderArn,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
    create_date: Timestamp,
}

impl Operation for ListSAMLProviders {
    const NAME: &'static str = "ListSAMLProviders";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "iam:ListSAMLProviders", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, _: Input) -> Result<Reply<Output>, Fault> {
        let found = app.read(|records| records.saml_providers(MOST)).await?;
        let account = &app.house.account.id;
        let listed = found.iter().map(|provider| Listed {
            arn: provider.arn(account),
            valid_until: provider.valid_until,
            create_date: provider.created,
        });
        Ok(Reply::of(Output { providers: listed.collect() }))
    }
}
