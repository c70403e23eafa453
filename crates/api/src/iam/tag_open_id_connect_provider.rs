//! TagOpenIDConnectProvider: writes tags on a provider of OpenID Connect, in the place of those that have their keys.

use super::faults::of_openid;
use super::given::GivenTags;
use super::on_openid_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::openid_providers;
use broker::iam::resource::Key;
use domain::identity_pool::provider::OpenIdProviderArn;
use serde::Deserialize;

/// The operation.
pub struct TagOpenIDConnectProvider;

/// Which provider, and which tags.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: OpenIdProviderArn,
    #[serde(rename = "Tags")]
    tags: GivenTags,
}

impl Operation for TagOpenIDConnectProvider {
    const NAME: &'static str = "TagOpenIDConnectProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tags(input.tags.tags()?);
        Ok(Permission { keys, ..on_openid_provider("iam:TagOpenIDConnectProvider", &input.arn) })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let account = &app.house.account.id;
        let tags = input.tags.tags()?;
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            openid_providers::tag(records, account, &input.arn, tags)
        });
        changing.await?.map_err(of_openid)?;
        Ok(Reply::of(()))
    }
}
