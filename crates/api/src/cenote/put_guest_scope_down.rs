//! PutGuestScopeDown: gives a pool a scope-down of its own, in the place of the server's.

use super::scope_down::Written;
use super::to_pool;
use super::words::fault_of;
use crate::app::App;
use crate::audit::policy_of;
use crate::fault::Fault;
use crate::members::Nested;
use crate::operation::{Call, Category, Operation, Permission, Reply, Signed, SignedBy};
use crate::warnings;
use broker::identity_pool::scope_down;
use domain::iam::session_policy::SessionPolicy;
use domain::identity_pool::pool::IdentityPoolId;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The operation.
pub struct PutGuestScopeDown;

/// Which pool, and the policies that together are what its guests may do at most.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Input {
    identity_pool_id: IdentityPoolId,
    policies: Vec<Nested<Written>>,
}

/// Nothing is answered.
#[derive(Serialize)]
pub struct Output {}

impl Operation for PutGuestScopeDown {
    const NAME: &'static str = "PutGuestScopeDown";
    const CATEGORY: Category = Category::Management;
    type Input = Input;
    type Output = Output;
    type Access = Signed;

    fn permission(input: &Input) -> Result<Permission, Fault> {
        Ok(to_pool("cenote:PutGuestScopeDown", &input.identity_pool_id))
    }

    async fn run(app: &App, call: &mut Call<'_>, _: SignedBy, input: Input) -> Result<Reply<Output>, Fault> {
        let Input { identity_pool_id: pool, policies } = input;
        call.notes.parameter("identityPoolId", pool.as_str());
        let policies: Vec<SessionPolicy> =
            policies.into_iter().map(|Nested(written)| written.into()).collect();
        let told = |SessionPolicy { name, document }: &SessionPolicy| json!({ "name": name, "document": policy_of(document) });
        call.notes.parameter("policies", policies.iter().map(told).collect::<Vec<_>>());
        let putting = app
            .store
            .transact(app.entropy.as_ref(), |records, _| scope_down::put(records, &pool, Some(&policies)));
        putting.await?.map_err(fault_of)?;
        warnings::of_pool(app, call, &pool).await;
        Ok(Reply::of(Output {}))
    }
}
