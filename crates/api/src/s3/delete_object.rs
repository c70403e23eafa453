//! DeleteObject: forgets an object; one that is not there is deleted already.

use super::{fault_of, permissions};
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply, Signed, SignedBy};
use broker::s3::objects;
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;
use serde::{Deserialize, Serialize};

/// The operation.
pub struct DeleteObject;

/// Which object is to go.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    key: ObjectKey,
    expected_bucket_owner: Option<String>,
    /// Who pays does not matter here.
    #[serde(rename = "RequestPayer")]
    _request_payer: Option<String>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

impl Operation for DeleteObject {
    const NAME: &'static str = "DeleteObject";
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(permissions::on_object("s3:DeleteObject", &input.bucket, &input.key))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let deleting = app
            .store
            .transact(app.entropy.as_ref(), |records, _| objects::delete(records, &input.bucket, &input.key));
        if let Some(unused) = deleting.await?.map_err(fault_of)? {
            super::put_object::drop_content(app, &unused).await;
        }
        Ok(Reply::of(Output {}))
    }
}
