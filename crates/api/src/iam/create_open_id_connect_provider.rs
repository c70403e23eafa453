//! CreateOpenIDConnectProvider: makes a provider of OpenID Connect. Nothing is asked of it: thumbprints are kept as they are
//! given, and none are looked for.

use super::faults::{bad_url, of_openid};
use super::given::{GivenTags, Tag};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::openid_providers::{self, NewOpenIdProvider};
use broker::iam::resource::{Key, Resource};
use domain::iam::provider::{Issuer, OpenIdClientId, Thumbprint};
use domain::identity_pool::provider::OpenIdProviderArn;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct CreateOpenIDConnectProvider;

/// The provider.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    url: String,
    #[serde(default, rename = "ClientIDList")]
    clients: Vec<OpenIdClientId>,
    #[serde(default, rename = "ThumbprintList")]
    thumbprints: Vec<Thumbprint>,
    #[serde(default)]
    tags: GivenTags,
}

/// The provider as it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: OpenIdProviderArn,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Tag>,
}

impl Operation for CreateOpenIDConnectProvider {
    const NAME: &'static str = "CreateOpenIDConnectProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        input.permission("iam:CreateOpenIDConnectProvider")
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let (issuer, tags) = (input.issuer()?, input.tags.tags()?.clone());
        call.notes.parameter("url", issuer.as_str());
        if !tags.is_empty() {
            by.must_also(app, call, input.permission("iam:TagOpenIDConnectProvider")?).await?;
        }
        let Input { clients, thumbprints, .. } = input;
        let new = NewOpenIdProvider { issuer, clients, thumbprints, tags };
        let creating = app
            .store
            .transact(app.entropy.as_ref(), |records, _| openid_providers::create(records, &new, call.now));
        let provider = creating.await?.map_err(of_openid)?;
        let arn = provider.arn(&app.house.account.id);
        Ok(Reply::of(Output { arn, tags: Tag::all(&provider.tags) }))
    }
}

impl Input {
    fn issuer(&self) -> Result<Issuer, Fault> {
        Issuer::of_url(&self.url).ok_or_else(bad_url)
    }

    /// To do this to the provider that is to be made.
    fn permission(&self, action: &'static str) -> Result<Permission, Fault> {
        let resource = Resource::NewOpenIdProvider(self.issuer()?);
        Ok(Permission { action, resource, keys: Key::of_tags(self.tags.tags()?) })
    }
}
