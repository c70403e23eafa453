//! A map of attributes as the API shows it.

use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::principal_tag::AttributeMap;
use domain::tag::TagKey;
use serde::Serialize;
use std::collections::BTreeMap;

/// The map of a provider of a pool.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Shown {
    identity_pool_id: IdentityPoolId,
    identity_provider_name: String,
    use_defaults: bool,
    principal_tags: BTreeMap<TagKey, String>,
}

impl Shown {
    /// This map.
    pub(super) fn of(pool: IdentityPoolId, provider: String, map: AttributeMap) -> Self {
        let AttributeMap { use_defaults, claims: principal_tags } = map;
        Self { identity_pool_id: pool, identity_provider_name: provider, use_defaults, principal_tags }
    }
}
