//! ListAttachedGroupPolicies: the managed policies that are attached to a group, page by page.

use super::attached::{self, Attached};
use super::faults::of_group;
use super::group::{named, on_group};
use super::paging::Asked;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups;
use domain::iam::group::GroupName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListAttachedGroupPolicies;

/// Which group, and which page of its policies.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    group_name: GroupName,
    path_prefix: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of policies.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    attached_policies: Vec<Attached>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListAttachedGroupPolicies {
    const NAME: &'static str = "ListAttachedGroupPolicies";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_group("iam:ListAttachedGroupPolicies", &input.group_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            groups::find(records, &app.house, named(&input.group_name, &by))
        });
        let group = finding.await?.map_err(of_group)?;
        let (attached_policies, marker) =
            attached::page(&asked, &group.attached, input.path_prefix.as_deref());
        Ok(Reply::of(Output { attached_policies, is_truncated: marker.is_some(), marker }))
    }
}
