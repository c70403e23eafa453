//! ListRoleTags: the tags of a role, page by page.

use super::faults::of_role;
use super::given::Tag;
use super::paging::Asked;
use super::{named, on_role};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::roles;
use domain::iam::role::RoleName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListRoleTags;

/// Which role, and which page of its tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    role_name: RoleName,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of tags.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    tags: Vec<Tag>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListRoleTags {
    const NAME: &'static str = "ListRoleTags";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_role("iam:ListRoleTags", &input.role_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            roles::find(records, &app.house, named(&input.role_name, &by))
        });
        let (tags, marker) = asked.page_of_tags(&finding.await?.map_err(of_role)?.tags);
        Ok(Reply::of(Output { tags, is_truncated: marker.is_some(), marker }))
    }
}
