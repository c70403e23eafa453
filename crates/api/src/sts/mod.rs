//! AWS Security Token Service (`sts`, awsQuery).

pub mod get_caller_identity;

use crate::dispatch::Served;
use crate::protocol::embedded;
use crate::protocol::model::BadModel;
use crate::query_words;
use crate::service::{Service, model};

const OPERATIONS: &[Served] = &[Served::of::<get_caller_identity::GetCallerIdentity>()];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    Ok(Service {
        name: "sts",
        event_source: "sts.amazonaws.com",
        signing_name: "sts",
        is_global: true,
        model: model(embedded::STS)?,
        operations: OPERATIONS,
        say: query_words::say,
    })
}
