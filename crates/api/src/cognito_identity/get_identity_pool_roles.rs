//! GetIdentityPoolRoles: the roles that a pool hands out, and the mappings that choose among them.

use super::{fault_of, on_pool, role_mappings};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::pools;
use domain::identity_pool::pool::{IdentityPoolId, Roles};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The operation.
pub struct GetIdentityPoolRoles;

/// Which pool.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
}

/// The roles and mappings; a pool that has none shows no list of them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    identity_pool_id: IdentityPoolId,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Roles>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    role_mappings: BTreeMap<String, role_mappings::Mapping>,
}

impl Operation for GetIdentityPoolRoles {
    const NAME: &'static str = "GetIdentityPoolRoles";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_pool("cognito-identity:GetIdentityPoolRoles", &input.identity_pool_id))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let finding = app
            .store
            .transact(app.entropy.as_ref(), |records, _| pools::find(records, &input.identity_pool_id));
        let pool = finding.await?.map_err(fault_of)?;
        let roles = Some(pool.roles).filter(|roles| *roles != Roles::default());
        let role_mappings = role_mappings::shown(pool.role_mappings);
        Ok(Reply::of(Output { identity_pool_id: pool.id, roles, role_mappings }))
    }
}
