//! TagSAMLProvider: writes tags on a SAML provider, in the place of those that have their keys.

use super::faults::of_saml;
use super::given::GivenTags;
use super::on_saml_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::iam::saml_providers;
use domain::identity_pool::provider::SamlProviderArn;
use serde::Deserialize;

/// The operation.
pub struct TagSAMLProvider;

/// Which provider, and which tags.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "SAMLProviderArn")]
    arn: SamlProviderArn,
    #[serde(rename = "Tags")]
    tags: GivenTags,
}

impl Operation for TagSAMLProvider {
    const NAME: &'static str = "TagSAMLProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tags(input.tags.tags()?);
        Ok(Permission { keys, ..on_saml_provider("iam:TagSAMLProvider", &input.arn) })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let account = &app.house.account.id;
        let tags = input.tags.tags()?;
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            saml_providers::tag(records, account, &input.arn, tags)
        });
        changing.await?.map_err(of_saml)?;
        Ok(Reply::of(()))
    }
}
