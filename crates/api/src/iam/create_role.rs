//! CreateRole: makes a role.

use super::faults::of_role;
use super::given::{GivenArn, GivenTags};
use super::role::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings::{self, Written};
use broker::iam::resource::{Key, PERMISSIONS_BOUNDARY, Resource};
use broker::iam::roles::{self, NewRole};
use domain::arn::PolicyArn;
use domain::iam::path::Path;
use domain::iam::role::{RoleName, SESSION_LIFE};
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
    permissions_boundary: Option<GivenArn>,
    #[serde(default)]
    tags: GivenTags,
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
        let mut permission = input.permission("iam:CreateRole")?;
        if let Some(boundary) = &input.permissions_boundary {
            permission.keys.push(Key::new(PERMISSIONS_BOUNDARY, boundary.boundary()?.to_string()));
        }
        Ok(permission)
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.policy("assumeRolePolicyDocument", &input.assume_role_policy_document);
        call.notes.parameter("maxSessionDuration", input.max_session_duration);
        let boundary = input.permissions_boundary.as_ref().map(GivenArn::boundary).transpose()?.cloned();
        call.notes.parameter("permissionsBoundary", boundary.as_ref().map(PolicyArn::to_string));
        let tags = input.tags.tags()?.clone();
        if !tags.is_empty() {
            by.must_also(app, call, input.permission("iam:TagRole")?).await?;
        }
        let new = NewRole {
            path: input.path(),
            name: input.role_name,
            description: input.description,
            longest_session: input.max_session_duration.map_or(SESSION_LIFE, Span::from_secs),
            trust: input.assume_role_policy_document,
            policies: BTreeMap::new(),
            boundary,
            tags,
        };
        let creating = app.store.transact(app.entropy.as_ref(), |records, entropy| {
            roles::create(records, &app.house, &new, call.now, entropy)
        });
        let role = creating.await?.map_err(of_role)?;
        warnings::of_role(app, call, &role.name, Written::Trust).await;
        Ok(Reply::of(Output { role: Shown::of(role, &app.house.account.id) }))
    }
}

impl Input {
    fn path(&self) -> Path {
        self.path.clone().unwrap_or_else(Path::root)
    }

    /// To do this to the role that is to be made.
    fn permission(&self, action: &'static str) -> Result<Permission, Fault> {
        let resource = Resource::NewRole(self.path(), self.role_name.clone());
        Ok(Permission { action, resource, keys: Key::of_tags(self.tags.tags()?) })
    }
}
