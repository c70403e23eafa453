//! The server's own service: what its operator asks of a server that runs. Not one of AWS's.
//!
//! Its requests are signed, authorized and recorded as those of every other service; its signing name is `cenote`.

pub mod backup;
pub mod delete_guest_scope_down;
pub mod doctor;
pub mod explain;
pub mod find_identities;
pub mod get_guest_scope_down;
pub mod get_identity;
pub mod get_issuance;
pub mod get_pool_options;
pub mod lift_quarantine;
pub mod lint;
pub mod list_merges;
pub mod lookup_identity;
pub mod purge_guests;
pub mod purge_identities;
pub mod put_guest_scope_down;
pub mod put_pool_options;
pub mod quarantine;
pub mod resolve_identity;
pub mod resume_issuance;
pub mod revoke;
pub mod rotate_keys;
pub mod stop_issuance;

pub mod door;

mod filter;
mod identity;
mod options;
mod scope_down;
mod target;
mod words;

use crate::dispatch::Served;
use crate::operation::Permission;
use crate::protocol::model::BadModel;
use crate::service::{Service, model};
use broker::iam::resource::Resource;
use domain::identity_pool::pool::IdentityPoolId;

const OPERATIONS: &[Served] = &[
    Served::of::<backup::Backup>(),
    Served::of::<delete_guest_scope_down::DeleteGuestScopeDown>(),
    Served::of::<doctor::Doctor>(),
    Served::of::<explain::Explain>(),
    Served::of::<find_identities::FindIdentities>(),
    Served::of::<get_guest_scope_down::GetGuestScopeDown>(),
    Served::of::<get_identity::GetIdentity>(),
    Served::of::<get_issuance::GetIssuance>(),
    Served::of::<get_pool_options::GetPoolOptions>(),
    Served::of::<lift_quarantine::LiftQuarantine>(),
    Served::of::<lint::Lint>(),
    Served::of::<list_merges::ListMerges>(),
    Served::of::<lookup_identity::LookupIdentity>(),
    Served::of::<purge_guests::PurgeGuests>(),
    Served::of::<purge_identities::PurgeIdentities>(),
    Served::of::<put_guest_scope_down::PutGuestScopeDown>(),
    Served::of::<put_pool_options::PutPoolOptions>(),
    Served::of::<quarantine::Quarantine>(),
    Served::of::<resolve_identity::ResolveIdentity>(),
    Served::of::<resume_issuance::ResumeIssuance>(),
    Served::of::<revoke::Revoke>(),
    Served::of::<rotate_keys::RotateKeys>(),
    Served::of::<stop_issuance::StopIssuance>(),
];

/// The service.
pub(crate) fn service() -> Result<Service, BadModel> {
    Ok(Service {
        name: "cenote",
        event_source: "cenote",
        signing_name: "cenote",
        is_global: false,
        model: model(include_str!("model.json"))?,
        operations: OPERATIONS,
        say: words::say,
    })
}

/// To do something to a pool, which policies name by the ARN that it has for AWS's service as well.
fn to_pool(action: &'static str, pool: &IdentityPoolId) -> Permission {
    Permission { action, resource: Resource::IdentityPool(pool.clone()), keys: Vec::new() }
}

/// To do something to the server as a whole, which policies name `*`.
const fn to(action: &'static str) -> Permission {
    Permission { action, resource: Resource::All, keys: Vec::new() }
}
