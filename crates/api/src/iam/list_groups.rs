//! ListGroups: groups, page by page.

use super::group::Shown;
use super::paging::Asked;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::groups;
use broker::iam::resource::Resource;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListGroups;

/// Which groups, and which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    path_prefix: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of groups.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    groups: Vec<Shown>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListGroups {
    const NAME: &'static str = "ListGroups";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let resource = Resource::GroupsUnder(input.path_prefix().to_owned());
        Ok(Permission { action: "iam:ListGroups", resource, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let (prefix, after) = (input.path_prefix(), asked.after.as_deref());
        let mut found = app.read(|records| groups::list(records, prefix, after, asked.limit)).await?;
        let marker = asked.cut(&mut found, |group| group.name.folded());
        let groups = found.into_iter().map(|group| Shown::of(group, &app.house.account.id)).collect();
        Ok(Reply::of(Output { groups, is_truncated: marker.is_some(), marker }))
    }
}

impl Input {
    fn path_prefix(&self) -> &str {
        self.path_prefix.as_deref().unwrap_or("/")
    }
}
