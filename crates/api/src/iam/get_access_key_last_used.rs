//! GetAccessKeyLastUsed: when, and for what, a user's key was used last.

use super::faults::of_user;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::access_keys;
use broker::iam::resource::Resource;
use domain::iam::access_key::{AccessKeyId, LastUse};
use domain::iam::user::UserName;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetAccessKeyLastUsed;

/// Which key.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    access_key_id: String,
}

/// Whose it is, and its last use.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    user_name: UserName,
    access_key_last_used: LastUsed,
}

/// A last use.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LastUsed {
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_date: Option<Timestamp>,
    service_name: String,
    region: String,
}

/// What stands for the service and the region of a key that was never used. Source: IAM API reference,
/// "AccessKeyLastUsed".
const NEVER: &str = "N/A";

impl Operation for GetAccessKeyLastUsed {
    const NAME: &'static str = "GetAccessKeyLastUsed";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let resource = AccessKeyId::parse(&input.access_key_id).map_or(Resource::All, Resource::UserOfKey);
        Ok(Permission { action: "iam:GetAccessKeyLastUsed", resource, keys: Vec::new() })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("accessKeyId", input.access_key_id.as_str());
        let finding = app.store.transact(app.entropy.as_ref(), |records, _| {
            access_keys::last_use(records, &input.access_key_id)
        });
        let (key, written) = finding.await?.map_err(of_user)?;
        let last = app.key_uses.last(&key.id).or(written);
        let access_key_last_used = match last {
            Some(LastUse { at, service, region }) => {
                LastUsed { last_used_date: Some(at), service_name: service, region }
            }
            None => {
                LastUsed { last_used_date: None, service_name: NEVER.to_owned(), region: NEVER.to_owned() }
            }
        };
        Ok(Reply::of(Output { user_name: key.user, access_key_last_used }))
    }
}
