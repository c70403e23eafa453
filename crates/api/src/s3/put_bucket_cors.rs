//! PutBucketCors: says which pages of other origins may use a bucket, in the place of what was said before.

use super::{fault_of, permissions, words};
use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::s3::buckets;
use domain::s3::bucket::BucketName;
use domain::s3::cors::{BadRules, CorsRule, CorsRules, MOST_RULES};
use serde::{Deserialize, Serialize};

/// The operation.
pub struct PutBucketCors;

/// The rules, and the bucket that they are for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    #[serde(rename = "CORSConfiguration")]
    cors_configuration: Configuration,
    expected_bucket_owner: Option<String>,
    /// Read from the head by whoever reads the body.
    #[serde(rename = "ContentMD5")]
    _content_md5: Option<String>,
    /// Read from the head by whoever reads the body.
    #[serde(rename = "ChecksumAlgorithm")]
    _checksum_algorithm: Option<String>,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(rename = "CORSRules")]
    rules: Vec<CorsRule>,
}

/// Nothing.
#[derive(Serialize)]
pub struct Output {}

impl Operation for PutBucketCors {
    const NAME: &'static str = "PutBucketCors";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(permissions::on_bucket("s3:PutBucketCORS", &input.bucket))
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        permissions::check_owner(app, input.expected_bucket_owner.as_deref())?;
        let rules = CorsRules::new(input.cors_configuration.rules).map_err(|bad| fault_of_rules(&bad))?;
        let setting = app.store.transact(app.entropy.as_ref(), |records, _| {
            buckets::set_cors(records, &input.bucket, Some(&rules))
        });
        setting.await?.map_err(fault_of)?;
        Ok(Reply::of(Output {}))
    }
}

/// S3's words for rules that are none. Source: observed answers of S3, as SDKs' and tools' issue trackers quote them.
fn fault_of_rules(bad: &BadRules) -> Fault {
    let message = match bad {
        BadRules::None | BadRules::Empty => return words::malformed_xml(bad.to_string()).into(),
        BadRules::TooMany => {
            format!("The number of CORS rules should not exceed allowed limit of {MOST_RULES} rules.")
        }
        BadRules::LongId => "The ID of a CORS rule should not be longer than 255 characters.".to_owned(),
        BadRules::Age => "The MaxAgeSeconds of a CORS rule should not be negative.".to_owned(),
        BadRules::Method(method) => {
            format!("Found unsupported HTTP method in CORS config. Unsupported method is {method}")
        }
        BadRules::Origin(origin) => {
            format!("AllowedOrigin \"{origin}\" can not have more than one wildcard.")
        }
        BadRules::AllowedHeader(header) => {
            format!("AllowedHeader \"{header}\" can not have more than one wildcard.")
        }
        BadRules::WildExposeHeader(header) => {
            format!(
                "ExposeHeader \"{header}\" contains wildcard. We currently do not support wildcard for ExposeHeader."
            )
        }
        BadRules::ExposeHeader(header) => format!("ExposeHeader \"{header}\" is not a name of a header."),
    };
    Said::bad_request("InvalidRequest", message).into()
}
