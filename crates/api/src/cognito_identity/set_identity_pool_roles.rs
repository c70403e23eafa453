//! SetIdentityPoolRoles: replaces the roles that a pool hands out, and the mappings that choose among them. Whoever does
//! it must be allowed to pass each of them.

use super::{fault_of, role_forbidden, role_mappings};
use crate::app::App;
use crate::fault::{Common, Fault};
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings;
use broker::iam::resource::{Key, Resource};
use broker::identity_pool::credentials::PRINCIPAL;
use broker::identity_pool::pools::{self, HandedOut};
use domain::arn::RoleArn;
use domain::identity_pool::pool::{IdentityPoolId, Roles};
use serde::Deserialize;
use serde_json::json;
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
        call.notes.parameter("roles", json!(roles));
        call.notes.parameter("roleMappings", json!(role_mappings));
        let asked = HandedOut { roles, mappings: role_mappings::read(role_mappings)? };
        let now: &Call<'_> = call;
        let setting = app.store.transact(app.entropy.as_ref(), |records, _| {
            for role in asked.all() {
                if let Some(denied) = by.denied_also(records, (app, now), &passing(role))? {
                    return Ok(Err((role.clone(), denied)));
                }
            }
            pools::set_roles(records, &app.house, &pool, &asked).map(Ok)
        });
        match setting.await?.map_err(fault_of)? {
            Ok(()) => {
                warnings::of_pool(app, call, &pool).await;
                Ok(Reply::of(()))
            }
            Err((role, denied)) => Err(not_passed(&role, denied.told(call))),
        }
    }
}

/// To pass a role to identity pools.
fn passing(role: &RoleArn) -> Permission {
    Permission {
        action: "iam:PassRole",
        resource: Resource::Arn(role.to_string()),
        keys: vec![Key::new("iam:PassedToService", PRINCIPAL)],
    }
}

/// Refuses a role that the caller may not pass as it refuses one that is not there.
fn not_passed(role: &RoleArn, denied: Fault) -> Fault {
    match denied {
        Fault::Common(Common::NotAllowed(no)) => role_forbidden(&role.to_string(), no.why.to_string()).into(),
        Fault::Common(_) | Fault::Said(_) => denied,
    }
}
