//! UntagSAMLProvider: takes tags off a SAML provider, by their keys.

use super::faults::of_saml;
use super::on_saml_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Key;
use broker::iam::saml_providers;
use domain::identity_pool::provider::SamlProviderArn;
use domain::tag::TagKeys;
use serde::Deserialize;

/// The operation.
pub struct UntagSAMLProvider;

/// Which provider, and the keys of which tags.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "SAMLProviderArn")]
    arn: SamlProviderArn,
    #[serde(rename = "TagKeys")]
    tag_keys: TagKeys,
}

impl Operation for UntagSAMLProvider {
    const NAME: &'static str = "UntagSAMLProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tag_keys(input.tag_keys.iter()).into_iter().collect();
        Ok(Permission { keys, ..on_saml_provider("iam:UntagSAMLProvider", &input.arn) })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let account = &app.house.account.id;
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            saml_providers::untag(records, account, &input.arn, &input.tag_keys)
        });
        changing.await?.map_err(of_saml)?;
        Ok(Reply::of(()))
    }
}
