//! The server's own service: what its operator asks of a server that runs. Not one of AWS's.
//!
//! Its requests are signed, authorized and recorded as those of every other service; its signing name is `cenote`.

pub mod backup;
pub mod rotate_keys;

pub mod door;

use crate::dispatch::Served;
use crate::json_words;
use crate::operation::Permission;
use crate::protocol::model::BadModel;
use crate::service::{Service, model};
use broker::iam::access::Resource;

const OPERATIONS: &[Served] = &[Served::of::<backup::Backup>(), Served::of::<rotate_keys::RotateKeys>()];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    Ok(Service {
        name: "cenote",
        event_source: "cenote",
        signing_name: "cenote",
        is_global: false,
        model: model(include_str!("model.json"))?,
        operations: OPERATIONS,
        say: |common| json_words::say(common, "ValidationException"),
    })
}

/// To do something to the server as a whole, which policies name `*`.
const fn to(action: &'static str) -> Permission {
    Permission { action, resource: Resource::All, keys: Vec::new() }
}
