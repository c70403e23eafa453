//! GetSAMLProvider: a SAML provider, and what it says of itself.

use super::faults::of_saml;
use super::given::Tag;
use super::on_saml_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::saml_providers;
use domain::identity_pool::provider::SamlProviderArn;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetSAMLProvider;

/// Which provider.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "SAMLProviderArn")]
    arn: SamlProviderArn,
}

/// The provider.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "SAMLMetadataDocument")]
    metadata: String,
    create_date: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<Timestamp>,
    tags: Vec<Tag>,
}

impl Operation for GetSAMLProvider {
    const NAME: &'static str = "GetSAMLProvider";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_saml_provider("iam:GetSAMLProvider", &input.arn))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            saml_providers::find(records, &app.house.account.id, &input.arn)
        });
        let provider = finding.await?.map_err(of_saml)?;
        let tags = Tag::all(&provider.tags);
        Ok(Reply::of(Output {
            metadata: provider.metadata,
            create_date: provider.created,
            valid_until: provider.valid_until,
            tags,
        }))
    }
}
