//! UpdateSAMLProvider: puts what a SAML provider says of itself in the place of what it said.

use super::faults::of_saml;
use super::on_saml_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::saml_providers;
use domain::identity_pool::provider::SamlProviderArn;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct UpdateSAMLProvider;

/// Which provider, and what it says; without that it stays as it is.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "SAMLProviderArn")]
    arn: SamlProviderArn,
    #[serde(rename = "SAMLMetadataDocument")]
    metadata: Option<String>,
}

/// The provider.
#[derive(Serialize)]
pub struct Output {
    #[serde(rename = "SAMLProviderArn")]
    arn: SamlProviderArn,
}

impl Operation for UpdateSAMLProvider {
    const NAME: &'static str = "UpdateSAMLProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_saml_provider("iam:UpdateSAMLProvider", &input.arn))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { arn, metadata } = input;
        if let Some(metadata) = &metadata {
            call.notes.policy("samlMetadataDocument", metadata);
        }
        let updating = app.store.transact(app.entropy.as_ref(), |records, _| {
            saml_providers::update(records, &app.house.account.id, &arn, metadata.as_deref())
        });
        updating.await?.map_err(of_saml)?;
        Ok(Reply::of(Output { arn }))
    }
}
