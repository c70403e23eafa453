//! ListRoles: roles, page by page.

use super::paging::Asked;
use super::role::Shown;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use broker::iam::{principals, roles};
use domain::records::Read;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListRoles;

/// Which roles, and which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    path_prefix: Option<String>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of roles.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    roles: Vec<Shown>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListRoles {
    const NAME: &'static str = "ListRoles";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let resource = Resource::RolesUnder(input.path_prefix().to_owned());
        Ok(Permission { action: "iam:ListRoles", resource, keys: Vec::new() })
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let (prefix, after) = (input.path_prefix(), asked.after.as_deref());
        let listing = app.read(|records| {
            let found = roles::list(records, prefix, after, asked.limit)?.into_iter();
            found.map(|role| principals::shown(records, &app.house, role)).collect::<Read<Vec<_>>>()
        });
        let mut found = listing.await?;
        let marker = asked.cut(&mut found, |role| role.name.folded());
        let roles = found.into_iter().map(|role| Shown::listed(role, &app.house.account.id)).collect();
        Ok(Reply::of(Output { roles, is_truncated: marker.is_some(), marker }))
    }
}

impl Input {
    fn path_prefix(&self) -> &str {
        self.path_prefix.as_deref().unwrap_or("/")
    }
}
