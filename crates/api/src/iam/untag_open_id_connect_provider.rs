//! UntagOpenIDConnectProvider: takes tags off a provider of OpenID Connect, by their keys.

use super::faults::of_openid;
use super::on_openid_provider;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::openid_providers;
use broker::iam::resource::Key;
use domain::identity_pool::provider::OpenIdProviderArn;
use domain::tag::TagKeys;
use serde::Deserialize;

/// The operation.
pub struct UntagOpenIDConnectProvider;

/// Which provider, and the keys of which tags.
#[derive(Deserialize)]
pub struct Input {
    #[serde(rename = "OpenIDConnectProviderArn")]
    arn: OpenIdProviderArn,
    #[serde(rename = "TagKeys")]
    tag_keys: TagKeys,
}

impl Operation for UntagOpenIDConnectProvider {
    const NAME: &'static str = "UntagOpenIDConnectProvider";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let keys = Key::of_tag_keys(input.tag_keys.iter()).into_iter().collect();
        Ok(Permission { keys, ..on_openid_provider("iam:UntagOpenIDConnectProvider", &input.arn) })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let account = &app.house.account.id;
        let changing = app.store.transact(app.entropy.as_ref(), |records, _| {
            openid_providers::untag(records, account, &input.arn, &input.tag_keys)
        });
        changing.await?.map_err(of_openid)?;
        Ok(Reply::of(()))
    }
}
