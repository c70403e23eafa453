//! DeleteSAMLProvider: forgets a SAML provider.

use super::faults::of_saml;
use super::on_saml_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::saml_providers;
use domain::identity_pool::provider::SamlProviderArn;
use serde::Deserialize;

/// The operation.
pub struct DeleteSAMLProvider;

/// Which provider.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "SAMLProviderArn")]
    arn: SamlProviderArn,
}

impl Operation for DeleteSAMLProvider {
    const NAME: &'static str = "DeleteSAMLProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_saml_provider("iam:DeleteSAMLProvider", &input.arn))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let account = &app.house.account.id;
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            saml_providers::delete(records, account, &input.arn)
        });
        changing.await?.map_err(of_saml)?;
        Ok(Reply::of(()))
    }
}
