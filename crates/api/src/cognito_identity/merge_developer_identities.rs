//! MergeDeveloperIdentities: makes the identities of two users of a pool's own backend one.

use super::developer::about_user;
use super::fault_of;
use crate::app::App;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use broker::identity_pool::developer::{merge, moved_by_merging};
use domain::identity_pool::developer::{DeveloperUser, DeveloperUserIdentifier};
use domain::identity_pool::identity::IdentityId;
use domain::identity_pool::pool::IdentityPoolId;
use domain::identity_pool::provider::DeveloperProviderName;
use serde::{Deserialize, Serialize};
use store::records::Records;

/// The operation.
pub struct MergeDeveloperIdentities;

const ACTION: &str = "cognito-identity:MergeDeveloperIdentities";

/// Whose identity is merged into whose.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    source_user_identifier: DeveloperUserIdentifier,
    destination_user_identifier: DeveloperUserIdentifier,
    developer_provider_name: DeveloperProviderName,
    identity_pool_id: IdentityPoolId,
}

/// The identity that goes on.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    identity_id: IdentityId,
}

impl Operation for MergeDeveloperIdentities {
    const NAME: &'static str = "MergeDeveloperIdentities";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(about_user(ACTION, &input.identity_pool_id, Some(&input.destination_user_identifier)))
    }

    async fn run(app: &App, call: &mut Call<'_>, by: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let pool = input.identity_pool_id;
        let of = |user| DeveloperUser { provider: input.developer_provider_name.clone(), user };
        let (source, destination) = (of(input.source_user_identifier), of(input.destination_user_identifier));
        call.notes.parameter("identityPoolId", pool.as_str());
        call.notes.parameter("sourceUserIdentifier", source.user.as_str());
        call.notes.parameter("destinationUserIdentifier", destination.user.as_str());
        let now: &Call<'_> = call;
        let merging = app.store.transact(app.entropy.as_ref(), |records, _| {
            // Who may name one of them need not be allowed to name the other, nor those who share an identity with it.
            let denied = |user: &DeveloperUserIdentifier, records: &mut Records<'_>| {
                by.denied_also(records, (app, now), &about_user(ACTION, &pool, Some(user)))
            };
            if let Some(denied) = denied(&source.user, records)? {
                return Ok(Err(denied));
            }
            for user in moved_by_merging(records, &pool, (&source, &destination))? {
                if let Some(denied) = denied(&user, records)? {
                    return Ok(Err(denied));
                }
            }
            merge(records, &pool, (&source, &destination), now.now).map(Ok)
        });
        let met = match merging.await?.map_err(fault_of)? {
            Ok(met) => met,
            Err(denied) => return Err(denied.told(call)),
        };
        call.notes.change(&met.change);
        call.notes.element("identityId", met.identity.id.as_str());
        Ok(Reply::of(Output { identity_id: met.identity.id }))
    }
}
