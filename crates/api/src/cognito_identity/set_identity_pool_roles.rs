//! SetIdentityPoolRoles: replaces the roles that a pool hands out, and the mappings that choose among them. Whoever does
//! it must be allowed to pass each of them.

use super::{fault_of, role_forbidden, role_mappings};
use crate::app::App;
use crate::fault::{Common, Fault};
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access::{Key, Resource};
use broker::identity_pool::credentials::PRINCIPAL;
use broker::identity_pool::pools::{self, HandedOut};
use domain::arn::RoleArn;
use domain::identity_pool::pool::{IdentityPoolId, Roles};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The operation.
pub struct SetIdentityPoolRoles;

/// Which pool, its roles, and how the logins of its providers choose others.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    roles: Roles,
    #[serde(default)]
    role_mappings: BTreeMap<String, role_mappings::Mapping>,
}

impl Operation for SetIdentityPoolRoles {
    const NAME: &'static str = "SetIdentityPoolRoles";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        let action = "cognito-identity:SetIdentityPoolRoles";
        Ok(Permission { action, resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { identity_pool_id: pool, roles, role_mappings } = input;
        call.notes.parameter("identityPoolId", pool.as_str());
        let asked = HandedOut { roles, mappings: role_mappings::read(role_mappings)? };
        let all = asked.all();
        call.notes.parameter("roles", all.iter().map(ToString::to_string).collect::<Vec<_>>());
        let mapped: Vec<&str> = asked.mappings.keys().map(String::as_str).collect();
        call.notes.parameter("roleMappings", mapped);
        for role in all {
            must_pass(app, call, &by, role).await?;
        }
        let setting = app.store.transact(app.entropy.as_ref(), |records, _| {
            pools::set_roles(records, &app.house, &pool, &asked)
        });
        setting.await?.map_err(fault_of)?;
        Ok(Reply::of(()))
    }
}

/// Refuses a role that the caller may not pass to identity pools as it refuses one that is not there.
async fn must_pass(app: &App, call: &mut Call<'_>, by: &SignedBy, role: &RoleArn) -> Result<(), Fault> {
    let passing = Permission {
        action: "iam:PassRole",
        resource: Resource::Arn(role.to_string()),
        keys: vec![Key::new("iam:PassedToService", PRINCIPAL)],
    };
    match by.must_also(app, call, passing).await {
        Ok(_) => Ok(()),
        Err(Fault::Common(Common::NotAllowed(no))) => {
            Err(role_forbidden(&role.to_string(), no.why.to_string()).into())
        }
        Err(fault) => Err(fault),
    }
}
