//! UpdateAssumeRolePolicy: writes a role's trust policy.

use super::faults::of_role;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings::{self, Written};
use broker::iam::roles;
use domain::iam::role::RoleName;
use serde::Deserialize;

/// The operation.
pub struct UpdateAssumeRolePolicy;

/// Which role, and the text of its trust policy.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    policy_document: String,
}

impl Operation for UpdateAssumeRolePolicy {
    const NAME: &'static str = "UpdateAssumeRolePolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = ();
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:UpdateAssumeRolePolicy", &input.role_name))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<()>, Fault> {
        let Input { role_name, policy_document } = &input;
        call.notes.policy("policyDocument", policy_document);
        let updating = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::update_trust(records, &app.house, named(role_name, &by), policy_document)
        });
        updating.await?.map_err(of_role)?;
        warnings::of_role(app, call, role_name, Written::Trust).await;
        Ok(Reply::of(()))
    }
}
