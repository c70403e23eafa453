//! ListAccessKeys: the keys of a user, without a name of the one who asks.

use super::access_key::Shown;
use super::faults::of_user;
use super::paging::Asked;
use super::user::{name_of, named, on_own_or};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access_keys;
use domain::iam::access_key::AccessKey;
use domain::iam::user::UserName;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct ListAccessKeys;

/// Whose keys, and which page of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<UserName>,
    marker: Option<String>,
    max_items: Option<usize>,
}

/// A page of keys.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    access_key_metadata: Vec<Shown>,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
}

impl Operation for ListAccessKeys {
    const NAME: &'static str = "ListAccessKeys";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_own_or("iam:ListAccessKeys", input.user_name.as_ref()))
    }

    async fn run(app: &App, _: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let asked = Asked::of(input.marker.as_deref(), input.max_items)?;
        let name = name_of(input.user_name, &by)?;
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            access_keys::list(records, &app.house, named(&name, &by))
        });
        let keys = finding.await?.map_err(of_user)?;
        let (page, marker) = asked.page_of_all(keys, |key: &AccessKey| key.id.to_string());
        let access_key_metadata = page.into_iter().map(Shown::of).collect();
        Ok(Reply::of(Output { access_key_metadata, is_truncated: marker.is_some(), marker }))
    }
}
