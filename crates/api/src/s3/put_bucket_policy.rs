//! PutBucketPolicy: says who may do what with a bucket, in the place of what was said before.

use super::{fault_of, permissions, words};
use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings;
use broker::iam::lint;
use broker::s3::bucket_policies::{self, PolicyRefused};
use domain::s3::bucket::BucketName;
use policy::{Malformed, Quota};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct PutBucketPolicy;

/// The policy, and the bucket that it is for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    policy: String,
    expected_bucket_owner: Option<String>,
    /// Nobody has to confirm: whatever a policy says, root can take it back.
    #[serde(rename = "ConfirmRemoveSelfBucketAccess")]
    _confirm_remove_self_bucket_access: Option<bool>,
    /// Read from the head by whoever reads the body.
    #[serde(rename = "ContentMD5")]
    _content_md5: Option<String>,
    /// Read from the head by whoever reads the body.
    #[serde(rename = "ChecksumAlgorithm")]
    _checksum_algorithm: Option<String>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

impl Operation for PutBucketPolicy {
    const NAME: &'static str = "PutBucketPolicy";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(permissions::on_bucket("s3:PutBucketPolicy", &input.bucket))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        call.notes.policy("bucketPolicy", &input.policy);
        let putting = app.store.transact(app.entropy.as_ref(), |records, _| {
            bucket_policies::put(records, &app.house, &input.bucket, &input.policy)
        });
        putting.await?.map_err(|refused| fault_of_policy(refused, &input.policy))?;
        warnings::warn(call, lint::of_bucket_policy(&input.bucket, &input.policy));
        Ok(Reply::of(Output {}))
    }
}

/// S3's words for a policy that a bucket does not get. Source: observed answers of S3, as SDKs' and tools' issue trackers
/// quote them.
fn fault_of_policy(refused: PolicyRefused, text: &str) -> Fault {
    let said = match refused {
        PolicyRefused::Bucket(refusal) => return fault_of(refusal),
        PolicyRefused::TooLong => too_long(refused.to_string()),
        PolicyRefused::Malformed(why) => malformed(&why, text),
        PolicyRefused::OutOfScope(out) => {
            let detail = "the policy of a bucket is about that bucket, its objects, and actions on them";
            words::malformed_policy(&out.to_string(), detail.to_owned())
        }
        PolicyRefused::NoSuchPrincipal(_) => {
            words::malformed_policy("Invalid principal in policy", refused.to_string())
        }
    };
    said.into()
}

fn too_long(detail: String) -> Said {
    let most = Quota::Resource.limit();
    let message = format!("Normalized policy document exceeds the maximum allowed size of {most} bytes");
    words::malformed_policy(&message, detail)
}

fn malformed(why: &Malformed, text: &str) -> Said {
    let detail = || why.detail().map_or_else(|| why.to_string(), str::to_owned);
    let message = match why {
        Malformed::TooLong => return too_long(detail()),
        Malformed::Syntax(_) if text.starts_with('{') => "This policy contains invalid Json",
        Malformed::Syntax(_) => words::NO_JSON,
        Malformed::Version => "The policy must contain a valid version string",
        Malformed::NoActions => "Missing required field Action",
        Malformed::NoResources => "Missing required field Resource",
        Malformed::NoVendor | Malformed::InvalidVendor(_) | Malformed::SecondColon => {
            "Policy has invalid action"
        }
        Malformed::NotAnArn(_) | Malformed::ResourceVendor => "Policy has invalid resource",
        Malformed::InvalidPrincipal { .. } => "Invalid principal in policy",
        Malformed::Missing(_) | Malformed::RepeatedSid => &why.to_string(),
        Malformed::Prohibited(_)
        | Malformed::NotATrustAction
        | Malformed::LegacyParsing(_)
        | Malformed::Unsupported { .. }
        | Malformed::Wrong { .. }
        | Malformed::Both(..)
        | Malformed::Variable { .. }
        | Malformed::AllowsNotPrincipal
        | Malformed::TrustsEverybody { .. } => "Invalid policy syntax.",
    };
    words::malformed_policy(message, detail())
}
