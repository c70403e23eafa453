//! CreateAccessKey: makes a key for a user, without a name for the one who asks. Its secret is told once, and only here.

use super::access_key::Made;
use super::faults::of_user;
use super::user::{name_of, named, on_own_or};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access_keys::{self, Fresh};
use domain::iam::user::UserName;
use domain::records::Breakdown;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct CreateAccessKey;

/// For which user.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    user_name: Option<UserName>,
}

/// The key.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    access_key: Made,
}

impl Operation for CreateAccessKey {
    const NAME: &'static str = "CreateAccessKey";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(on_own_or("iam:CreateAccessKey", input.user_name.as_ref()))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let name = name_of(input.user_name, &by)?;
        let fresh = Fresh::draw(&app.secrets.sealing, app.entropy.as_ref())
            .map_err(|_| Breakdown::new("the secret of an access key cannot be sealed"))?;
        let creating = app.store.transact(app.entropy.as_ref(), |records, _| {
            access_keys::create(records, &app.house, named(&name, &by), &fresh, call.now)
        });
        let key = creating.await?.map_err(of_user)?;
        call.notes.element("accessKeyId", key.id.as_str());
        Ok(Reply::issuing(Output { access_key: Made::of(key, &fresh.secret) }))
    }
}
