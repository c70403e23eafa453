//! S3 (restXml): buckets and objects.

pub mod copy_object;
pub mod create_bucket;
pub(crate) mod cross_origin;
pub mod delete_bucket;
pub mod delete_bucket_cors;
pub mod delete_bucket_policy;
pub mod delete_object;
pub mod delete_objects;
pub mod door;
pub mod get_bucket_cors;
pub mod get_bucket_location;
pub mod get_bucket_policy;
pub mod get_bucket_policy_status;
pub mod get_object;
pub mod head_bucket;
pub mod head_object;
pub mod hosts;
pub mod list_buckets;
pub mod list_objects;
pub mod list_objects_v2;
pub mod put_bucket_cors;
pub mod put_bucket_policy;
pub mod put_object;

mod copy_source;
mod document;
mod hoisted;
mod listing;
mod owner;
mod permissions;
mod preconditions;
mod range;
mod stored;
mod upload;
mod words;
mod written;

use crate::dispatch::Served;
use crate::fault::{Fault, Said};
use crate::operation::Call;
use crate::protocol::embedded;
use crate::protocol::model::{BadModel, Model};
use crate::service::Service;
use broker::House;
use broker::iam::access::Asking;
use broker::iam::resource::Key;
use broker::s3::Refusal;
use http::StatusCode;
use sigv4::authorization::ALGORITHM;
use sigv4::{Form, Verified, payload};

/// How often an object is looked up again because it was replaced between finding it and opening its content.
const LOOKS: usize = 8;

const OPERATIONS: &[Served] = &[
    Served::of::<copy_object::CopyObject>(),
    Served::of::<create_bucket::CreateBucket>(),
    Served::of::<delete_bucket::DeleteBucket>(),
    Served::of::<delete_bucket_cors::DeleteBucketCors>(),
    Served::of::<delete_bucket_policy::DeleteBucketPolicy>(),
    Served::of::<delete_object::DeleteObject>(),
    Served::of::<delete_objects::DeleteObjects>(),
    Served::of::<get_bucket_cors::GetBucketCors>(),
    Served::of::<get_bucket_location::GetBucketLocation>(),
    Served::of::<get_bucket_policy::GetBucketPolicy>(),
    Served::of::<get_bucket_policy_status::GetBucketPolicyStatus>(),
    Served::of::<get_object::GetObject>(),
    Served::of::<head_bucket::HeadBucket>(),
    Served::of::<head_object::HeadObject>(),
    Served::of::<list_buckets::ListBuckets>(),
    Served::of::<list_objects::ListObjects>(),
    Served::of::<list_objects_v2::ListObjectsV2>(),
    Served::of::<put_bucket_cors::PutBucketCors>(),
    Served::of::<put_bucket_policy::PutBucketPolicy>(),
    Served::of::<put_object::PutObject>(),
];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    let mut model = Model::load(embedded::S3)?;
    // Regions are the operator's own.
    model.open_enumeration("BucketLocationConstraint");
    Ok(Service {
        name: "s3",
        event_source: "s3.amazonaws.com",
        signing_name: "s3",
        is_global: false,
        model: Box::leak(Box::new(model)),
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
        Refusal::PreconditionFailed(_) => words::precondition_failed(),
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

/// The condition keys that every request to S3 has. The version of TLS is told of one that came over TLS to this server
/// itself. Source: spec of S3, section 3.
pub(crate) fn service_keys(call: &Call<'_>, asking: Asking<'_>, house: &House) -> Vec<Key> {
    if call.service.signing_name != "s3" {
        return Vec::new();
    }
    let mut keys = vec![Key::new("s3:resourceaccount", house.account.id.to_string())];
    if let Some(version) = call.circumstances.transport.tls_version() {
        keys.push(Key::new("s3:tlsversion", version.name()));
    }
    match asking {
        Asking::Signed(caller) => keys.extend(keys_of_signature(call, caller.verified())),
        Asking::Unsigned => {
            let said = call.head.headers.get(payload::HEADER).and_then(|value| value.to_str().ok());
            keys.extend(said.map(|said| Key::new("s3:x-amz-content-sha256", said.to_owned())));
        }
    }
    keys
}

/// The condition keys that a signed request has besides, from what was verified. The age is told of a presigned one alone.
fn keys_of_signature(call: &Call<'_>, verified: &Verified) -> Vec<Key> {
    let mut keys = vec![
        Key::new("s3:signatureversion", ALGORITHM),
        Key::new("s3:x-amz-content-sha256", verified.payload().text()),
    ];
    match verified.form() {
        Form::Header => keys.push(Key::new("s3:authtype", "REST-HEADER")),
        Form::Query { .. } => {
            let signed_at = verified.signed_at().saturating_mul(1000);
            let age = call.now.millis().saturating_sub(signed_at).max(0);
            keys.push(Key::new("s3:authtype", "REST-QUERY-STRING"));
            keys.push(Key::new("s3:signatureage", age.to_string()));
        }
    }
    keys
}
