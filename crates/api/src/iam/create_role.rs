//! CreateRole: makes a role.

use super::fault_of;
use super::role::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access::Resource;
use broker::iam::roles::{self, NewRole};
use domain::iam::path::Path;
use domain::iam::role::{RoleName, SESSION_LIFE};
use domain::tag::Tags;
use domain::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The operation.
pub struct CreateRole;

/// The role.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    assume_role_policy_document: String,
    path: Option<Path>,
    description: Option<String>,
    max_session_duration: Option<u32>,
}

/// The role as it was made.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    role: Shown,
}

impl Operation for CreateRole {
    const NAME: &'static str = "CreateRole";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let path = input.path.clone().unwrap_or_else(Path::root);
        Ok(Permission {
            action: "iam:CreateRole",
            resource: Resource::NewRole(path, input.role_name.clone()),
            keys: Vec::new(),
        })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.policy("assumeRolePolicyDocument", &input.assume_role_policy_document);
        call.notes.parameter("maxSessionDuration", input.max_session_duration);
        let new = NewRole {
            name: input.role_name,
            path: input.path.unwrap_or_else(Path::root),
            description: input.description,
            longest_session: input.max_session_duration.map_or(SESSION_LIFE, Span::from_secs),
            trust: input.assume_role_policy_document,
            policies: BTreeMap::new(),
            boundary: None,
            tags: Tags::default(),
        };
        let creating = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            roles::create(records, &app.house, &new, call.now, entropy)
        });
        let role = creating.await?.map_err(fault_of)?;
        Ok(Reply::of(Output { role: Shown::of(role, &app.house.account.id) }))
    }
}
