//! DeleteIdentities: forgets up to sixty identities, and says which it did not.

use crate::app::App;
use crate::each::SignedForSome;
use crate::fault::Fault;
use crate::operation::{Call, Category, Operation, Permission, Reply};
use broker::iam::access::Authorized;
use broker::iam::resource::Resource;
use broker::identity_pool::identities;
use domain::identity_pool::identity::IdentityId;
use domain::records::Stop;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

/// The operation.
pub struct DeleteIdentities;

/// Which identities.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_ids_to_delete: Vec<IdentityId>,
}

/// Those that are still there.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Output {
    unprocessed_identity_ids: Vec<Unprocessed>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Unprocessed {
    identity_id: IdentityId,
    error_code: &'static str,
}

impl Operation for DeleteIdentities {
    const NAME: &'static str = "DeleteIdentities";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = SignedForSome;

    fn permission(input: &Input) -> Result<Vec<Permission>, Fault> {
        let permission = |id: &IdentityId| {
            let resource = Resource::Identity(id.clone());
            Permission { action: "cognito-identity:DeleteIdentities", resource, keys: Vec::new() }
        };
        Ok(input.identity_ids_to_delete.iter().map(permission).collect())
    }

    async fn run(
        app: &App,
        call: &mut Call<'_>,
        allowed: Vec<Option<Authorized>>,
        input: Input,
    ) -> Result<Reply<Output>, Fault> {
        let asked: Vec<&str> = input.identity_ids_to_delete.iter().map(IdentityId::as_str).collect();
        call.notes.parameter("identityIds", asked);
        let (mut deleted, mut unprocessed_identity_ids) = (Vec::new(), Vec::new());
        for (identity_id, allowed) in input.identity_ids_to_delete.into_iter().zip(allowed) {
            let error_code = match allowed {
                None => "AccessDenied",
                Some(_) => match delete(app, &identity_id, call.now).await {
                    Ok(()) => {
                        deleted.push(identity_id.to_string());
                        continue;
                    }
                    Err(breakdown) => {
                        tracing::error!(%breakdown, "an identity could not be deleted");
                        "InternalServerError"
                    }
                },
            };
            unprocessed_identity_ids.push(Unprocessed { identity_id, error_code });
        }
        call.notes.element("deleted", deleted);
        Ok(Reply::of(Output { unprocessed_identity_ids }))
    }
}

/// Each in a transaction of its own: one that breaks keeps no other from being deleted.
async fn delete(app: &App, id: &IdentityId, now: Timestamp) -> Result<(), domain::records::Breakdown> {
    let deleting = app.store.transact(app.entropy.as_ref(), |records, _| {
        identities::delete(records, id, now).map_err(Stop::<Infallible>::from)
    });
    let Ok(()) = deleting.await?;
    Ok(())
}
