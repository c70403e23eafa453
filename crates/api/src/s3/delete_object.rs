//! DeleteObject: forgets an object; one that is not there is deleted already, unless the caller expects it.

use super::permissions;
use super::written::{drop_content, may_ask, told};
use crate::app::App;
use crate::by_policy::{ByPolicy, LetIn};
use crate::fault::Fault;
use crate::operation::{Call, Operation, Permission, Reply};
use broker::iam::resource::Key;
use broker::s3::objects::{self, Condition};
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
    if_match: Option<String>,
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
    type Access = ByPolicy;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let mut permission = permissions::on_object("s3:DeleteObject", &input.bucket, &input.key);
        permission.keys.extend(input.if_match.clone().map(|tags| Key::new("s3:if-match", tags)));
        Ok(permission)
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        caller: LetIn,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let Input { bucket, key, .. } = &input;
        let condition = input.if_match.as_deref().map_or(Condition::None, Condition::Named);
        may_ask(app, call, &caller, (bucket, key), condition).await?;
        let deleting = app
            .store
            .transact(app.entropy.as_ref(), |records, _| objects::delete(records, bucket, key, condition));
        match deleting.await? {
            Ok(Some(unused)) => drop_content(app, &unused).await,
            Ok(None) => {}
            Err(refusal) => return Err(told(app, call, &caller, bucket, refusal).await?),
        }
        Ok(Reply::of(Output {}))
    }
}
