//! SetPrincipalTagAttributeMap: replaces which claims of a provider's logins become tags of sessions.

use super::fault_of;
use super::principal_tags::Shown;
use crate::app::App;
use crate::fault::{Common, Fault};
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use broker::identity_pool::principal_tags;
use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::principal_tag::AttributeMap;
use domain::tag::TagKey;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The operation.
pub struct SetPrincipalTagAttributeMap;

/// Which pool and provider, and the claims by the tags that they become.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    identity_provider_name: String,
    #[serde(default)]
    use_defaults: bool,
    #[serde(default)]
    principal_tags: BTreeMap<TagKey, String>,
}

impl Operation for SetPrincipalTagAttributeMap {
    const NAME: &'static str = "SetPrincipalTagAttributeMap";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Shown;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        let action = "cognito-identity:SetPrincipalTagAttributeMap";
        Ok(Permission { action, resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Shown>, Fault> {
        let Input { identity_pool_id: pool, identity_provider_name: provider, .. } = input;
        call.notes.parameter("identityPoolId", pool.as_str());
        call.notes.parameter("identityProviderName", provider.as_str());
        call.notes.parameter("useDefaults", input.use_defaults);
        let pairs = input.principal_tags.iter().map(|(key, claim)| format!("{key}={claim}"));
        call.notes.parameter("principalTags", pairs.collect::<Vec<_>>());
        let map = AttributeMap::new(input.use_defaults, input.principal_tags)
            .map_err(|bad| Common::BadMember(bad.to_string()))?;
        let setting = app.store.transact(app.entropy.as_ref(), |records, _| {
            principal_tags::set(records, &app.house, &pool, (&provider, &map))
        });
        setting.await?.map_err(fault_of)?;
        Ok(Reply::of(Shown::of(pool, provider, map)))
    }
}
