//! CreateBucket: makes a bucket, in the one region there is.

use super::{fault_of, words};
use crate::app::App;
use crate::fault::{Fault, Said};
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::iam::resource::{Key, Resource};
use broker::s3::buckets;
use domain::s3::bucket::{Bucket, BucketName};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The operation.
pub struct CreateBucket;

/// Which bucket is made, and where.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    bucket: BucketName,
    create_bucket_configuration: Option<Configuration>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    location_constraint: Option<String>,
    location: Option<Value>,
    bucket: Option<Value>,
    tags: Option<Value>,
}

/// Where the bucket is reached.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    location: String,
}

impl Input {
    fn location_constraint(&self) -> Option<&str> {
        self.create_bucket_configuration.as_ref()?.location_constraint.as_deref()
    }

    fn check(&self, app: &App) -> Result<(), Fault> {
        if let Some(configuration) = &self.create_bucket_configuration {
            let Configuration { location, bucket, tags, location_constraint: _ } = configuration;
            let unserved = [("Location", location), ("Bucket", bucket), ("Tags", tags)];
            if let Some((name, _)) = unserved.into_iter().find(|(_, value)| value.is_some()) {
                return Err(words::not_implemented(format!("{name} of a bucket is not served yet")).into());
            }
        }
        let region = app.house.account.region.as_str();
        match self.location_constraint() {
            None => Ok(()),
            Some(asked) if asked == region || (asked == "EU" && region == "eu-west-1") => Ok(()),
            Some(asked) => {
                let shown: String = asked.chars().take(100).collect();
                let message = format!(
                    "The {shown} location constraint is incompatible for the region specific endpoint this request was \
                     sent to."
                );
                Err(Said::bad_request("IllegalLocationConstraintException", message).into())
            }
        }
    }
}

impl Operation for CreateBucket {
    const NAME: &'static str = "CreateBucket";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        let (action, resource) = ("s3:CreateBucket", Resource::NewBucket(input.bucket.clone()));
        let mut permission = Permission { action, resource, keys: Vec::new() };
        let constraint = input.location_constraint().map(str::to_owned);
        permission.keys.extend(constraint.map(|constraint| Key::new("s3:locationconstraint", constraint)));
        Ok(permission)
    }

    async fn run(app: &App, _: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        input.check(app)?;
        let location = format!("/{}", input.bucket);
        let bucket = Bucket::new(input.bucket, app.clock.now());
        let making = app.store.transact(app.entropy.as_ref(), |records, _| buckets::create(records, &bucket));
        making.await?.map_err(fault_of)?;
        Ok(Reply::of(Output { location }))
    }
}
