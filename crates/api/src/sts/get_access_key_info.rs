//! GetAccessKeyInfo: whose account is this access key's?

use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::Resource;
use domain::account::AccountId;
use domain::iam::access_key::AccessKeyId;
use domain::records::AccessKeys;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct GetAccessKeyInfo;

/// The access key.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    access_key_id: String,
}

/// The account.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    account: AccountId,
}

impl Operation for GetAccessKeyInfo {
    const NAME: &'static str = "GetAccessKeyInfo";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(_: &Input) -> Result<Permission, Fault> {
        Ok(Permission { action: "sts:GetAccessKeyInfo", resource: Resource::All, keys: Vec::new() })
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        call.notes.parameter("accessKeyId", input.access_key_id.as_str());
        let is_ours = match AccessKeyId::parse(&input.access_key_id) {
            Ok(key) => is_ours(app, &key).await?,
            Err(_) => false,
        };
        if !is_ours {
            return Err(Said::bad_request("ValidationError", "Invalid Access Key ID").into());
        }
        Ok(Reply::of(Output { account: app.house.account.id.clone() }))
    }
}

/// Whether it is a key of this account. Of a temporary one the key ring's number is known, never whether a session was
/// issued with it: sessions are remembered nowhere.
async fn is_ours(app: &App, key: &AccessKeyId) -> Result<bool, Fault> {
    let ring = app.secrets.ring();
    if app.secrets.signature_keys(&ring, None).root.id == *key || ring.secret_of(key).is_ok() {
        return Ok(true);
    }
    Ok(app.read(|records| records.access_key(key)).await?.is_some())
}
