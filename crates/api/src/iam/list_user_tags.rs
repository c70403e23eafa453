//! ListUserTags: the tags of a user, page by page.

use super::faults::of_user;
use super::given::Tag;
use super::paging::Asked;
use super::user::{named, on_user};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::users;
use domain::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListUserTags;

/// Which user, and which page of its tags.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: UserName,
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

impl Operation for ListUserTags {
    const NAME: &'static str = "ListUserTags";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_user("iam:ListUserTags", &input.user_name))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            users::find(records, &app.house, named(&input.user_name, &by))
        });
        let (tags, marker) = asked.page_of_tags(&finding.await?.map_err(of_user)?.tags);
        Ok(Reply::of(Output { tags, is_truncated: marker.is_some(), marker }))
    }
}
