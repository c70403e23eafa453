//! S3 (restXml): buckets and objects.

pub mod delete_bucket;
pub mod delete_object;
pub mod door;
pub mod get_object;
pub mod head_bucket;
pub mod head_object;
pub mod list_objects;
pub mod list_objects_v2;
pub mod put_object;

mod hoisted;
mod listing;
mod permissions;
mod preconditions;
mod range;
mod stored;
mod upload;
mod words;

use crate::dispatch::Served;
use crate::fault::{Fault, Said};
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::service::{Service, model};
use broker::House;
use broker::s3::Refusal;
use domain::time::Timestamp;
use http::StatusCode;
use sigv4::authorization::ALGORITHM;
use sigv4::{Form, Verified};

const OPERATIONS: &[Served] = &[
    Served::of::<delete_bucket::DeleteBucket>(),
    Served::of::<delete_object::DeleteObject>(),
    Served::of::<get_object::GetObject>(),
    Served::of::<head_bucket::HeadBucket>(),
    Served::of::<head_object::HeadObject>(),
    Served::of::<list_objects::ListObjects>(),
    Served::of::<list_objects_v2::ListObjectsV2>(),
    Served::of::<put_object::PutObject>(),
];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    Ok(Service {
        name: "s3",
        event_source: "s3.amazonaws.com",
        signing_name: "s3",
        is_global: false,
        model: model(embedded::S3)?,
        operations: OPERATIONS,
        say: words::say,
    })
}

/// What S3's no is called on the wire. Source: spec of S3, section 2.
fn fault_of(refusal: Refusal) -> Fault {
    let said = match refusal {
        Refusal::NoSuchBucket(_) => Said::bad_request("NoSuchBucket", "The specified bucket does not exist")
            .with_status(StatusCode::NOT_FOUND),
        Refusal::NoSuchKey(_) => Said::bad_request("NoSuchKey", "The specified key does not exist.")
            .with_status(StatusCode::NOT_FOUND),
        Refusal::BucketNotEmpty(_) => {
            Said::bad_request("BucketNotEmpty", "The bucket you tried to delete is not empty")
                .with_status(StatusCode::CONFLICT)
        }
        Refusal::BucketExists(_) => Said::bad_request(
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        )
        .with_status(StatusCode::CONFLICT),
    };
    said.into()
}

/// The condition keys that every signed request to S3 has, from what was verified. The age is told of a presigned
/// request alone. Source: spec of S3, section 3.
pub(crate) fn service_keys(
    service: &Service,
    verified: &Verified,
    house: &House,
    now: Timestamp,
) -> Vec<(&'static str, String)> {
    if service.signing_name != "s3" {
        return Vec::new();
    }
    let mut keys = vec![
        ("s3:signatureversion", ALGORITHM.to_owned()),
        ("s3:x-amz-content-sha256", verified.payload().text()),
        ("s3:resourceaccount", house.account.id.to_string()),
    ];
    match verified.form() {
        Form::Header => keys.push(("s3:authtype", "REST-HEADER".to_owned())),
        Form::Query { .. } => {
            let signed_at = verified.signed_at().saturating_mul(1000);
            let age = now.millis().saturating_sub(signed_at).max(0);
            keys.push(("s3:authtype", "REST-QUERY-STRING".to_owned()));
            keys.push(("s3:signatureage", age.to_string()));
        }
    }
    keys
}
