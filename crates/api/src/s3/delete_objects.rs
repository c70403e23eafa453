//! DeleteObjects: forgets up to a thousand objects, and says of each what became of it.

use super::written::drop_content;
use super::{fault_of, permissions, words};
use crate::app::App;
use crate::each::SignedForEach;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Operation, Permission, Reply};
use broker::iam::access::Authorized;
use broker::s3::objects::{self, Condition};
use domain::s3::bucket::BucketName;
use domain::s3::object::ObjectKey;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most objects of one request. Source: S3 API reference, `DeleteObjects`.
const MOST: usize = 1000;

/// The operation.
pub struct DeleteObjects;

/// Which objects are to go.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    delete: Delete,
    expected_bucket_owner: Option<String>,
    /// Read from the head by whoever reads the body.
    #[serde(rename = "ChecksumAlgorithm")]
    _checksum_algorithm: Option<String>,
    /// Who pays does not matter here.
    #[serde(rename = "RequestPayer")]
    _request_payer: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Delete {
    objects: Vec<Doomed>,
    #[serde(default)]
    quiet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Doomed {
    key: ObjectKey,
    #[serde(rename = "ETag")]
    etag: Option<String>,
    version_id: Option<Value>,
    last_modified_time: Option<Value>,
    size: Option<Value>,
}

/// What became of them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    deleted: Vec<Deleted>,
    errors: Vec<Kept>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Deleted {
    key: ObjectKey,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Kept {
    key: ObjectKey,
    code: &'static str,
    message: String,
}

impl Doomed {
    /// What must be allowed: with a tag also to read, because the answer tells whether it is the object's.
    fn permissions(&self, bucket: &BucketName) -> Vec<Permission> {
        let reads = self.etag.as_deref().is_some_and(|tag| tag != "*");
        let actions = ["s3:DeleteObject"].into_iter().chain(reads.then_some("s3:GetObject"));
        actions.map(|action| permissions::on_object(action, bucket, &self.key)).collect()
    }

    fn condition(&self) -> Condition<'_> {
        self.etag.as_deref().map_or(Condition::None, Condition::Named)
    }

    fn check(&self) -> Result<(), Fault> {
        let unserved = [
            ("VersionId", &self.version_id),
            ("LastModifiedTime", &self.last_modified_time),
            ("Size", &self.size),
        ];
        match unserved.into_iter().find(|(_, value)| value.is_some()) {
            Some((name, _)) => Err(words::not_implemented(format!("{name} is not served yet")).into()),
            None => Ok(()),
        }
    }
}

impl Operation for DeleteObjects {
    const NAME: &'static str = "DeleteObjects";
    type Input = Input;
    type Output = Output;
    type Access = SignedForEach;

    fn permission(input: &Input) -> Result<Vec<Vec<Permission>>, Fault> {
        let doomed = &input.delete.objects;
        if doomed.len() > MOST {
            return Err(words::malformed_xml(format!("there are more than {MOST} objects")).into());
        }
        doomed.iter().try_for_each(Doomed::check)?;
        Ok(doomed.iter().map(|doomed| doomed.permissions(&input.bucket)).collect())
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        allowed: Vec<Option<Authorized>>,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let Input { bucket, delete: Delete { objects, quiet }, .. } = input;
        if allowed.iter().all(Option::is_none) {
            // Whether there is such a bucket is not told to somebody who may do nothing in it.
            let errors = objects.into_iter().map(|doomed| kept(doomed.key, denied())).collect();
            return Ok(Reply::of(Output { deleted: Vec::new(), errors }));
        }
        let wanted: Vec<(&ObjectKey, Condition<'_>)> = objects
            .iter()
            .zip(&allowed)
            .filter_map(|(doomed, allowed)| allowed.as_ref().map(|_| (&doomed.key, doomed.condition())))
            .collect();
        let deleting = app
            .store
            .transact(app.entropy.as_ref(), |records, _| objects::delete_each(records, &bucket, &wanted));
        let mut became = deleting.await?.map_err(fault_of)?.into_iter();
        let (mut deleted, mut errors) = (Vec::new(), Vec::new());
        for (doomed, allowed) in objects.into_iter().zip(&allowed) {
            let outcome = allowed.as_ref().and_then(|_| became.next());
            match outcome {
                None => errors.push(kept(doomed.key, denied())),
                Some(Err(refusal)) => errors.push(kept(doomed.key, fault_of(refusal).said_by(words::say))),
                Some(Ok(content)) => {
                    if let Some(unused) = content {
                        drop_content(app, &unused).await;
                    }
                    deleted.push(Deleted { key: doomed.key });
                }
            }
        }
        call.notes.element("deleted", deleted.len());
        if quiet {
            deleted.clear();
        }
        Ok(Reply::of(Output { deleted, errors }))
    }
}

fn kept(key: ObjectKey, said: Said) -> Kept {
    Kept { key, code: said.code, message: said.message }
}

fn denied() -> Said {
    words::access_denied("no policy allows it")
}
