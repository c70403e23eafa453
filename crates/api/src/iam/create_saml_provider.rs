//! CreateSAMLProvider: makes a SAML provider of what it says of itself.

use super::faults::of_saml;
use super::given::{GivenTags, Tag};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::{Key, Resource};
use broker::iam::saml_providers::{self, NewSamlProvider};
use domain::iam::provider::SamlProviderName;
use domain::identity_pool::provider::SamlProviderArn;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct CreateSAMLProvider;

/// The provider.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    #[serde(rename = "SAMLMetadataDocument")]
    metadata: String,
    name: SamlProviderName,
    #[serde(default)]
    tags: GivenTags,
}

/// The provider as it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "SAMLProviderArn")]
    arn: SamlProviderArn,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl Operation for CreateSAMLProvider {
    const NAME: &'static str = "CreateSAMLProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        input.permission("iam:CreateSAMLProvider")
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let tags = input.tags.tags()?.clone();
        call.notes.policy("samlMetadataDocument", &input.metadata);
        if !tags.is_empty() {
            by.must_also(app, call, input.permission("iam:TagSAMLProvider")?).await?;
        }
        let new = NewSamlProvider { name: input.name, metadata: input.metadata, tags };
        let creating = app
            .store
            .transact(app.entropy.as_ref(), |records, _| saml_providers::create(records, &new, call.now));
        let provider = creating.await?.map_err(of_saml)?;
        let arn = provider.arn(&app.house.account.id);
        Ok(Reply::of(Output { arn, tags: Tag::all(&provider.tags) }))
    }
}

impl Input {
    /// To do this to the provider that is to be made.
    fn permission(&self, action: &'static str) -> Result<Permission, Fault> {
        let resource = Resource::NewSamlProvider(self.name.clone());
        Ok(Permission { action, resource, keys: Key::of_tags(self.tags.tags()?) })
    }
}
